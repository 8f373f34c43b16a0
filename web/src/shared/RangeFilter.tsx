//! The time range of a list: up to now, or between two instants.

import { Button, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { useMessages } from "@/messages/context";
import { useFormat } from "./format";
import { toInstant, toLocal } from "./localTime";
import { usePreferences } from "./preferences";

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
/** Opens the dialog. It is no value of the filter, so that a range of one's own can be changed again. */
const CHOOSE = "choose";

export function RangeFilter({ value: { since, after, before }, ranges, fallback, onChange }: Props) {
  const { shared } = useMessages();
  const words = shared.range;
  const format = useFormat();
  const { zone } = usePreferences();
  const [opened, { open, close }] = useDisclosure();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const custom = after !== undefined || before !== undefined;
  const range = since ?? fallback;
  const choices = new Map(ranges.map((value): [string, string] => [value, words.ranges[value] ?? value]));
  if (!choices.has(range)) choices.set(range, words.last(range));
  const shown = [after && format.dateTime(after), before && format.dateTime(before)].map((part) => part || "…").join(" – ");

  const choose = () => {
    setFrom(after === undefined ? "" : toLocal(after, zone));
    setTo(before === undefined ? "" : toLocal(before, zone));
    open();
  };
  const label = (word: string) => (zone === "utc" ? `${word} (UTC)` : word);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ since: undefined, after: toInstant(from, zone), before: toInstant(to, zone) });
    close();
  };

  return (
    <>
      <Select
        w={{ sm: custom ? 330 : 164 }}
        aria-label={words.label}
        allowDeselect={false}
        data={[
          ...[...choices].map(([value, name]) => ({ value, label: name })),
          ...(custom ? [{ value: CUSTOM, label: shown }] : []),
          { value: CHOOSE, label: words.custom },
        ]}
        value={custom ? CUSTOM : range}
        onChange={(value) => {
          if (value === CHOOSE) choose();
          else if (value !== CUSTOM) onChange({ since: value === fallback || value === null ? undefined : value, after: undefined, before: undefined });
        }}
      />
      <Modal opened={opened} onClose={close} title={words.title} closeButtonProps={{ "aria-label": shared.close }}>
        <form onSubmit={submit}>
          <Stack>
            <TextInput type="datetime-local" label={label(words.from)} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
            <TextInput type="datetime-local" label={label(words.to)} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
            <Button type="submit" disabled={from === "" && to === ""}>
              {words.apply}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
