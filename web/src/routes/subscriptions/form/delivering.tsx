//! How to send: timeout, retries drawn as a timeline, and limits.

import { NumberInput, SegmentedControl, Select, Switch, Text, TextInput } from "@mantine/core";
import { RetryLine } from "../retryLine";
import classes from "./form.module.css";
import { waitsOf } from "./values";
import type { FormProps } from "./where";
import { useFormWords } from "./words";

export function Delivering({ form }: FormProps) {
  const words = useFormWords();
  return (
    <>
      <fieldset className={classes.section}>
        <legend>{words.sections.how}</legend>
        <Switch label={words.retry} {...form.getInputProps("retry", { type: "checkbox" })} />
        {form.values.retry && <Schedule form={form} />}
        <div className={classes.row}>
          <NumberInput label={words.timeout} min={1} placeholder={words.default} {...form.getInputProps("timeout")} />
          <Select
            label={words.onPause}
            allowDeselect={false}
            data={(["collect", "drop"] as const).map((value) => ({ value, label: words.onPauseOptions[value] }))}
            {...form.getInputProps("onPause")}
          />
        </div>
      </fieldset>
      <fieldset className={classes.section}>
        <legend>{words.sections.advanced}</legend>
        <div className={classes.row}>
          <NumberInput label={words.rate} min={1} placeholder={words.noLimit} {...form.getInputProps("rate")} />
          <Select
            label={words.per}
            allowDeselect={false}
            disabled={form.values.rate === ""}
            data={(["second", "minute", "hour"] as const).map((value) => ({ value, label: words.periods[value] }))}
            {...form.getInputProps("period")}
          />
        </div>
        <div className={classes.row}>
          <NumberInput label={words.inFlight} min={1} placeholder={words.default} {...form.getInputProps("inFlight")} />
          <NumberInput label={words.disable} min={0} placeholder={words.default} {...form.getInputProps("disable")} />
        </div>
      </fieldset>
    </>
  );
}

function Schedule({ form }: FormProps) {
  const words = useFormWords();
  const { schedule } = form.values;
  const waits = waitsOf(form.values);
  return (
    <>
      <SegmentedControl
        aria-label={words.schedule}
        data={(["profile", "list", "exponential"] as const).map((value) => ({ value, label: words.schedules[value] }))}
        {...form.getInputProps("schedule")}
      />
      {schedule !== "list" && (
        <NumberInput label={words.maxRetries} min={0} max={10} placeholder={words.default} {...form.getInputProps("maxRetries")} />
      )}
      {schedule === "list" && <TextInput label={words.delays} placeholder={words.delaysHint} {...form.getInputProps("delays")} />}
      {schedule === "exponential" && (
        <div className={classes.row}>
          <NumberInput label={words.base} min={1} {...form.getInputProps("base")} />
          <NumberInput label={words.factor} min={1} step={0.5} {...form.getInputProps("factor")} />
          <NumberInput label={words.cap} min={1} {...form.getInputProps("cap")} />
        </div>
      )}
      {waits === null ? (
        <Text c="dimmed">{words.profilePlan}</Text>
      ) : (
        <div>
          <Text size="xs" c="dimmed" mb={6}>
            {words.plan}
          </Text>
          <RetryLine waits={waits} />
        </div>
      )}
    </>
  );
}
