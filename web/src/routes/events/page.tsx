//! The list of events, and the open one beside it.

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keys } from "@/api/keys";
import { keyOf } from "@/api/scope";
import { useStream } from "@/api/stream/context";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { serverNow } from "@/shared/clock";
import { Split } from "@/shared/Panel";
import { PAGE_ROWS, usePagedRows } from "@/shared/rows";
import type { PublishedEvent } from "@/api/types";
import { EventPanel } from "./detail";
import classes from "./page.module.css";
import { fetchEvents } from "./queries";
import { eventsRoute, RANGES, type EventsSearch } from "./route";
import { EventTable } from "./table";

export function EventsPage() {
  const scope = useScope();
  return <Events key={keyOf(scope)} />;
}

function Events() {
  const scope = useScope();
  const { type, since, open } = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const queries = useQueryClient();
  const [anchor, setAnchor] = useState(() => Math.round(serverNow()));
  const [fresh, setFresh] = useState(0);
  const filter = { type, since, anchor };
  const source = usePagedRows<PublishedEvent>({
    queryKey: keys.events.list(scope, filter),
    lengthKey: keys.events.list(scope, { type, since }),
    fetchPage: (offset, limit, count, signal) => fetchEvents(scope, filter, { offset, limit, count }, signal),
  });

  useStream((message) => {
    if (message.kind === "skipped") setFresh((before) => before + message.events);
    if (message.kind !== "event" || (scope.tenant !== null && message.tenant_id !== scope.tenant)) return;
    if (type === undefined || message.type === type) setFresh((before) => before + 1);
  });

  // The new first page is loaded before the list switches to it, so that rows never give way to a skeleton.
  const refresh = async () => {
    const next = Math.round(serverNow());
    const renewed = { type, since, anchor: next };
    await queries.prefetchQuery({
      queryKey: [...keys.events.list(scope, renewed), 0],
      queryFn: ({ signal }) => fetchEvents(scope, renewed, { offset: 0, limit: PAGE_ROWS, count: true }, signal),
    });
    setAnchor(next);
    setFresh(0);
  };
  const close = () =>
    void navigate({ search: (before) => ({ ...before, open: undefined, of: undefined, view: undefined }) });

  return (
    <Split panel={open === undefined ? null : <EventPanel key={open} id={open} onClose={close} />}>
      <Filters />
      <EventTable allTenants={scope.tenant === null} source={source} fresh={fresh} onRefresh={() => void refresh()} />
    </Split>
  );
}

function Filters() {
  const { events, shared } = useMessages();
  const words = events.filters;
  const { type, since } = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const change = (part: EventsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const [typed, setTyped] = useState<string | null>(null);
  const later = useDebouncedCallback((value: string) => {
    change({ type: value === "" ? undefined : value });
    setTyped(null);
  }, 400);
  return (
    <div className={classes.filters} role="search" aria-label={words.label}>
      <TextInput
        w={{ base: 170, sm: 220 }}
        aria-label={words.type}
        placeholder={words.type}
        leftSection={<IconSearch size={14} />}
        value={typed ?? type ?? ""}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          later(currentTarget.value.trim());
        }}
      />
      <Select
        w={{ base: 140, sm: 160 }}
        aria-label={words.since}
        placeholder={words.anyTime}
        clearable
        data={RANGES.map((value) => ({ value, label: words.ranges[value] }))}
        value={since ?? null}
        onChange={(value) => change({ since: value ?? undefined })}
      />
      {(type !== undefined || since !== undefined) && (
        <Button variant="subtle" color="gray" onClick={() => change({ type: undefined, since: undefined })}>
          {shared.table.clear}
        </Button>
      )}
    </div>
  );
}
