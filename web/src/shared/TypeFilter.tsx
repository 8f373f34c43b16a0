//! Filters a list by event type: typed, or chosen from the catalog of the tenant.

import { Autocomplete, CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { EVENT_TYPE } from "./search";

interface Props {
  scope: Scope;
  value: string | undefined;
  onChange: (type: string | undefined) => void;
}

export function TypeFilter(props: Props) {
  // A change of the address replaces what was typed.
  return <Typed key={props.value ?? ""} {...props} />;
}

function Typed({ scope, value, onChange }: Props) {
  const { shared } = useMessages();
  const types = useQuery(eventTypesQuery(scope));
  const [typed, setTyped] = useState(value ?? "");
  const wrong = typed !== "" && !EVENT_TYPE.test(typed);
  const apply = (text: string) => {
    if (text === "" || EVENT_TYPE.test(text)) onChange(text || undefined);
  };
  return (
    <Autocomplete
      w={{ sm: 160 }}
      size="xs"
      aria-label={shared.typeFilter.label}
      placeholder={shared.typeFilter.any}
      data={types.data?.map(({ event_type }) => event_type) ?? []}
      limit={60}
      error={wrong}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={apply}
      onKeyDown={(event) => event.key === "Enter" && apply(typed.trim())}
      onBlur={() => apply(typed.trim())}
      rightSection={typed === "" ? null : <CloseButton size={20} aria-label={shared.typeFilter.clear} onClick={() => apply("")} />}
    />
  );
}
