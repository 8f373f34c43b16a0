//! What to send: the catalog by category, wildcards and what each means, and types beyond the catalog.

import { Button, Checkbox, Pill, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import type { EventTypeLine } from "@/api/types";
import { useMessages } from "@/messages/context";
import classes from "./form.module.css";
import { covers, PATTERN } from "./values";
import type { FormProps } from "./where";
import { useFormWords } from "./words";

export function EventPicker({ form, scope }: FormProps & { scope: Scope }) {
  const words = useFormWords();
  const [query, setQuery] = useState("");
  const types = useQuery(eventTypesQuery(scope)).data ?? [];
  const chosen = form.values.events;
  const all = chosen.includes("*");
  const set = (events: string[]) => form.setFieldValue("events", events);
  const toggle = (pattern: string) =>
    set(chosen.includes(pattern) ? chosen.filter((other) => other !== pattern) : [...chosen, pattern]);
  const found = types.filter(({ event_type, description }) =>
    `${event_type} ${description}`.toLowerCase().includes(query.trim().toLowerCase()),
  );
  return (
    <fieldset className={classes.section}>
      <legend>
        {words.events} · {words.chosen(chosen.length)}
      </legend>
      <Checkbox label={words.all} checked={all} onChange={() => set(all ? [] : ["*"])} />
      {!all && (
        <div className={classes.picker}>
          <div className={classes.pickerSearch}>
            <TextInput
              aria-label={words.search}
              placeholder={words.search}
              leftSection={<IconSearch size={14} />}
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
            />
          </div>
          <div className={classes.pickerList}>
            {groupsOf(found).map(([prefix, members]) => (
              <Group key={prefix} prefix={prefix} members={members} chosen={chosen} onToggle={toggle} />
            ))}
          </div>
        </div>
      )}
      {!all && <Chosen chosen={chosen} types={types} onToggle={toggle} />}
      {form.errors.events && (
        <Text c="var(--pr-bad)" role="alert">
          {form.errors.events}
        </Text>
      )}
    </fieldset>
  );
}

/** Types by the first part of their name, which is what a wildcard covers. */
export function groupsOf(types: EventTypeLine[]): [string, EventTypeLine[]][] {
  const groups = new Map<string, EventTypeLine[]>();
  for (const type of types) {
    const prefix = type.event_type.split(".")[0] ?? type.event_type;
    groups.set(prefix, [...(groups.get(prefix) ?? []), type]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

interface GroupProps {
  prefix: string;
  members: EventTypeLine[];
  chosen: string[];
  onToggle: (pattern: string) => void;
}

function Group({ prefix, members, chosen, onToggle }: GroupProps) {
  const words = useFormWords();
  const wildcard = `${prefix}.*`;
  const whole = chosen.includes(wildcard);
  return (
    <div className={classes.category}>
      <Checkbox
        label={<code>{wildcard}</code>}
        description={words.category(prefix)}
        checked={whole}
        indeterminate={!whole && members.some(({ event_type }) => chosen.includes(event_type))}
        onChange={() => onToggle(wildcard)}
      />
      <div className={classes.types}>
        {members.map(({ event_type: type, description }) => (
          <Checkbox
            key={type}
            label={type}
            description={whole ? words.covered : description}
            checked={whole || chosen.includes(type)}
            disabled={whole}
            onChange={() => onToggle(type)}
          />
        ))}
      </div>
    </div>
  );
}

interface ChosenProps {
  chosen: string[];
  types: EventTypeLine[];
  onToggle: (pattern: string) => void;
}

function Chosen({ chosen, types, onToggle }: ChosenProps) {
  const words = useFormWords();
  const { shared } = useMessages();
  const [typed, setTyped] = useState("");
  const wrong = typed !== "" && !PATTERN.test(typed);
  const matches = types.filter(({ event_type }) => covers(typed, event_type)).length;
  const add = () => {
    if (typed === "" || wrong) return;
    if (!chosen.includes(typed)) onToggle(typed);
    setTyped("");
  };
  return (
    <>
      <div className={classes.pills}>
        {chosen.map((pattern) => (
          <Pill
            key={pattern}
            withRemoveButton
            onRemove={() => onToggle(pattern)}
            removeButtonProps={{ "aria-label": words.remove(pattern), tabIndex: 0, "aria-hidden": undefined }}
          >
            {pattern}
          </Pill>
        ))}
      </div>
      <TextInput
        label={words.pattern}
        placeholder={words.patternHint}
        description={typed !== "" && !wrong ? words.patternMeans(matches) : undefined}
        inputWrapperOrder={["label", "input", "description", "error"]}
        error={wrong ? words.patternWrong : undefined}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value.trim())}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
        rightSectionWidth={72}
        rightSection={
          <Button variant="subtle" size="compact-xs" onClick={add} disabled={typed === "" || wrong}>
            {shared.add}
          </Button>
        }
      />
    </>
  );
}
