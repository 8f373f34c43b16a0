//! The filters. Each of them is in the address, so a link to the screen has them too.

import { ActionIcon, Button, CloseButton, TextInput, Tooltip } from "@mantine/core";
import { IconSearch, IconSortAscending, IconSortDescending } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useEventWords } from "@/actions/eventWords";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { RangeFilter } from "@/shared/RangeFilter";
import { TypeFilter } from "@/shared/TypeFilter";
import { DEFAULT_RANGE, filterOf, isFiltered, NO_FILTER, RANGES, type EventsSearch } from "./filter";
import { eventsRoute } from "./route";

export function Filters({ scope }: { scope: Scope }) {
  const events = useEventWords();
  const { shared } = useMessages();
  const words = events.filters;
  const search = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const change = (part: EventsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const oldest = search.order === "oldest";
  return (
    <>
      <IdFilter key={search.id ?? ""} value={search.id ?? ""} onChange={(id) => change({ id })} />
      <TypeFilter scope={scope} value={search.type} onChange={(type) => change({ type })} />
      <RangeFilter value={search} ranges={RANGES} fallback={DEFAULT_RANGE} onChange={change} />
      <Tooltip label={oldest ? words.newest : words.oldest}>
        <ActionIcon
          size={30}
          aria-label={oldest ? words.newest : words.oldest}
          variant={oldest ? "light" : "subtle"}
          color={oldest ? "spruce" : "gray"}
          onClick={() => change({ order: oldest ? undefined : "oldest" })}
        >
          {oldest ? <IconSortAscending size={16} /> : <IconSortDescending size={16} />}
        </ActionIcon>
      </Tooltip>
      {isFiltered(filterOf(search)) && (
        <Button variant="subtle" color="gray" onClick={() => change(NO_FILTER)}>
          {shared.table.clear}
        </Button>
      )}
    </>
  );
}

/** A whole id is looked up at Enter: the API finds no parts of one. */
function IdFilter({ value, onChange }: { value: string; onChange: (id: string | undefined) => void }) {
  const events = useEventWords();
  const { shared } = useMessages();
  const words = events.filters;
  const [typed, setTyped] = useState(value);
  const apply = () => {
    if (typed.trim() !== value) onChange(typed.trim() || undefined);
  };
  return (
    <TextInput
      w={{ sm: 240 }}
      aria-label={words.id}
      placeholder={words.idHint}
      maxLength={200}
      spellCheck={false}
      leftSection={<IconSearch size={14} />}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && apply()}
      onBlur={apply}
      rightSection={
        value === "" ? null : <CloseButton size={20} aria-label={shared.table.clear} onClick={() => onChange(undefined)} />
      }
    />
  );
}
