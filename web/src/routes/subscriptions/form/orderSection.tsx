//! Which deliveries are sent one after the other; excluded with batching, since an ordered delivery is a request of its own.

import { SegmentedControl, Text, TextInput } from "@mantine/core";
import { showHidden } from "@/shared/text";
import { useOrderWords } from "../orderWords";
import classes from "./form.module.css";
import { faultOf } from "./order";
import { Section } from "./section";
import type { Values } from "./values";
import type { FormProps } from "./where";

export function OrderSection({ form }: FormProps) {
  const words = useOrderWords().form;
  const { order, orderKey, batching } = form.values;
  const used = order !== "none";
  const excluded = batching && !used;
  const choose = (chosen: Values["order"]) => {
    form.setFieldValue("order", chosen);
    form.clearFieldError("orderKey");
  };
  const state = order === "key" ? words.states.key(showHidden(orderKey.trim() || "…")) : words.states[order];
  return (
    <Section
      title={words.title}
      state={state}
      used={used}
      faulty={form.errors.orderKey !== undefined}
    >
      <SegmentedControl
        aria-label={words.kind}
        aria-describedby="order-help"
        value={order}
        onChange={(value) => choose(value as Values["order"])}
        data={(["none", "all", "key"] as const).map((value) => ({ value, label: words.kinds[value], disabled: excluded && value !== "none" }))}
      />
      <Text id="order-help" c="dimmed">
        {excluded ? words.notBatched : words.help[order]}
      </Text>
      {order === "key" ? <Path form={form} /> : <Refused text={form.errors.orderKey} />}
      {(used || form.isDirty("order")) && (
        <Text size="xs" c="dimmed">
          {used && words.next} {words.later}
        </Text>
      )}
    </Section>
  );
}

function Path({ form }: FormProps) {
  const words = useOrderWords().form;
  const input = form.getInputProps("orderKey") as { error?: unknown };
  const fault = faultOf(form.values);
  // Typing has begun with an unfinished path; it is a fault when the form is sent.
  const shown = fault !== null && (fault !== "unfinished" || input.error !== undefined) ? words.faults[fault] : null;
  return (
    <TextInput
      label={words.path}
      description={`${words.pathHelp} ${words.without}`}
      placeholder={words.pathHint}
      classNames={{ input: classes.path }}
      spellCheck={false}
      autoComplete="off"
      {...input}
      error={shown ?? (typeof input.error === "string" ? showHidden(input.error) : undefined)}
    />
  );
}

function Refused({ text }: { text: unknown }) {
  return typeof text === "string" ? (
    <Text role="alert" c="var(--pr-bad)">
      {showHidden(text)}
    </Text>
  ) : null;
}
