//! The time range of a list: up to now, or between two instants.

import { Button, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { useMessages } from "@/messages/context";
import { useFormat } from "./format";

export interface Range {
  since?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
}

interface Props {
  value: Range;
  /** Ranges up to now; `all` is any time. */
  ranges: readonly string[];
  /** The range of an address without one. */
  fallback: string;
  onChange: (range: Range) => void;
}

const CUSTOM = "custom";

export function RangeFilter({ value: { since, after, before }, ranges, fallback, onChange }: Props) {
  const { shared } = useMessages();
  const words = shared.range;
  const format = useFormat();
  const [opened, { open, close }] = useDisclosure();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const custom = after !== undefined || before !== undefined;
  const range = since ?? fallback;
  const choices = new Map(ranges.map((value): [string, string] => [value, words.ranges[value] ?? value]));
  if (!choices.has(range)) choices.set(range, words.last(range));
  const shown = [after && format.dateTime(after), before && format.dateTime(before)].map((part) => part || "…").join(" – ");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ since: undefined, after: toInstant(from), before: toInstant(to) });
    close();
  };

  return (
    <>
      <Select
        w={{ sm: custom ? 330 : 148 }}
        aria-label={words.label}
        allowDeselect={false}
        data={[...[...choices].map(([value, label]) => ({ value, label })), { value: CUSTOM, label: custom ? shown : words.custom }]}
        value={custom ? CUSTOM : range}
        onChange={(value) => {
          if (value === CUSTOM) open();
          else onChange({ since: value === fallback || value === null ? undefined : value, after: undefined, before: undefined });
        }}
      />
      <Modal opened={opened} onClose={close} title={words.title} closeButtonProps={{ "aria-label": shared.close }}>
        <form onSubmit={submit}>
          <Stack>
            <TextInput type="datetime-local" label={words.from} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
            <TextInput type="datetime-local" label={words.to} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
            <Button type="submit" disabled={from === "" && to === ""}>
              {words.apply}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

/** A local date and time of an input as an instant. */
function toInstant(local: string): string | undefined {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
