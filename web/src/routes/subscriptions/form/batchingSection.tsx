//! Several events in one request, and a reference in the place of the payload; both exclude what is made for one event.

import { NumberInput, SegmentedControl, Select, Switch, Text } from "@mantine/core";
import { useFormat } from "@/shared/format";
import { useShapeWords } from "../shapeWords";
import { batchEvents, batchWait, BOUNDS, conflictWithBatching, conflictWithReference, isOutside } from "./batching";
import classes from "./form.module.css";
import { Section } from "./section";
import type { FormProps } from "./where";

const FIELDS = ["batching", "batchEvents", "batchWait", "batchFormat", "payload"];

export function BatchingSection({ form }: FormProps) {
  const words = useShapeWords().batching;
  const format = useFormat();
  const { values } = form;
  const conflict = conflictWithBatching(values);
  const used = values.batching || values.payload === "reference";
  const outside = isOutside(values, "batchEvents") || isOutside(values, "batchWait");
  const parts = [
    values.batching && !outside ? words.some(format.number(batchEvents(values)), batchWait(values) === 0 ? null : format.duration(batchWait(values))) : "",
    values.payload === "reference" ? words.byReference : "",
  ].filter((part) => part);
  return (
    <Section title={words.title} state={used ? parts.join(" · ") : words.single} used={used} faulty={FIELDS.some((name) => form.errors[name] !== undefined)}>
      <Switch
        label={words.batching}
        description={conflict === null || values.batching ? words.batchingHelp : words.conflict[conflict]}
        disabled={conflict !== null && !values.batching}
        {...form.getInputProps("batching", { type: "checkbox" })}
        error={conflict !== null && values.batching ? words.conflict[conflict] : form.errors.batching}
      />
      {values.batching && <Batch form={form} />}
      <Payload form={form} />
    </Section>
  );
}

function Batch({ form }: FormProps) {
  const words = useShapeWords().batching;
  const format = useFormat();
  const number = (field: keyof typeof BOUNDS) => {
    const [least, most] = BOUNDS[field].map(format.number) as [string, string];
    const input = form.getInputProps(field) as { error?: string };
    return {
      min: BOUNDS[field][0],
      max: BOUNDS[field][1],
      step: field === "batchWait" ? 100 : 1,
      clampBehavior: "none",
      allowDecimal: false,
      description: words[`${field}Help`],
      ...input,
      error: isOutside(form.values, field) ? words.bounds(least, most) : input.error,
    } as const;
  };
  return (
    <>
      <div className={classes.row}>
        <NumberInput label={words.batchEvents} {...number("batchEvents")} />
        <NumberInput label={words.batchWait} {...number("batchWait")} />
        <Select
          label={words.format}
          description={words.formatHelp}
          allowDeselect={false}
          data={(["json", "ndjson"] as const).map((value) => ({ value, label: words.formats[value] }))}
          {...form.getInputProps("batchFormat")}
        />
      </div>
      <Text size="xs" c="dimmed">
        {words.answers}
      </Text>
    </>
  );
}

function Payload({ form }: FormProps) {
  const words = useShapeWords().batching;
  const { payload } = form.values;
  const excluded = conflictWithReference(form.values) !== null && payload === "full";
  return (
    <div>
      <Text size="sm" fw={600} mb={4} aria-hidden="true">
        {words.payload}
      </Text>
      <SegmentedControl
        aria-label={words.payload}
        aria-describedby="payload-help"
        data={(["full", "reference"] as const).map((value) => ({ value, label: words.payloads[value], disabled: excluded && value === "reference" }))}
        {...form.getInputProps("payload")}
      />
      <Text id="payload-help" size="xs" c="dimmed" mt={4}>
        {words.payloadHelp[payload]} {excluded && words.referenceConflict}
      </Text>
      {form.errors.payload && <Text c="var(--pr-bad)">{form.errors.payload}</Text>}
    </div>
  );
}
