//! Chooses the event that something is tried on.

import { Select, Text } from "@mantine/core";
import { useFormat } from "@/shared/format";
import { shortenMiddle, showHidden } from "@/shared/text";
import { useShapeWords } from "../shapeWords";
import { eventValue, typeValue, type TrialChoice } from "./useTrial";

export function TrialSelect({ trial: { types, events, value, choose } }: { trial: TrialChoice }) {
  const words = useShapeWords().trial;
  const format = useFormat();
  if (value === null) {
    return (
      <Text size="xs" c="dimmed">
        {words.none}
      </Text>
    );
  }
  return (
    <Select
      label={words.label}
      searchable
      allowDeselect={false}
      maxDropdownHeight={320}
      limit={100}
      data={[
        { group: words.recent, items: events.map(({ id, type, created_at: at }) => ({ value: eventValue(id), label: words.event(showHidden(type), format.dateTime(at), showHidden(shortenMiddle(id, 8, 6))) })) },
        { group: words.examples, items: types.map((type) => ({ value: typeValue(type), label: words.example(showHidden(type)) })) },
      ].filter(({ items }) => items.length > 0)}
      value={value}
      onChange={(chosen) => chosen !== null && choose(chosen)}
    />
  );
}
