//! The time range: up to now, or between two instants.

import { Button, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { DEFAULT_RANGE, RANGES } from "./filter";
import { useChangeSearch } from "./filters";
import { deliveriesRoute } from "./route";

const CUSTOM = "custom";

export function RangeFilter() {
  const { deliveries, shared } = useMessages();
  const words = deliveries.filters;
  const { since, after, before } = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const format = useFormat();
  const [opened, { open, close }] = useDisclosure();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const custom = after !== undefined || before !== undefined;
  const range = since ?? DEFAULT_RANGE;
  const ranges = new Map(RANGES.map((value): [string, string] => [value, words.ranges[value] ?? value]));
  if (!ranges.has(range)) ranges.set(range, words.last(range));
  const shown = [after && format.dateTime(after), before && format.dateTime(before)].filter(Boolean).join(" – ");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ since: undefined, after: toInstant(from), before: toInstant(to) });
    close();
  };

  return (
    <>
      <Select
        w={{ sm: custom ? 240 : 148 }}
        aria-label={words.range}
        allowDeselect={false}
        data={[...[...ranges].map(([value, label]) => ({ value, label })), { value: CUSTOM, label: custom ? shown : words.custom }]}
        value={custom ? CUSTOM : range}
        onChange={(value) => {
          if (value === CUSTOM) open();
          else change({ since: value === DEFAULT_RANGE || value === null ? undefined : value, after: undefined, before: undefined });
        }}
      />
      <Modal opened={opened} onClose={close} title={words.customTitle} closeButtonProps={{ "aria-label": shared.close }}>
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
