//! A new replay: to whom, what, from when, how fast. The count comes before the button works.

import { Button, Checkbox, Group, Modal, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { subscriptionChoicesQuery } from "@/api/choices";
import { fieldErrors } from "@/api/problem";
import type { Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { useMessages } from "@/messages/context";
import { serverNow } from "@/shared/clock";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { usePreferences } from "@/shared/preferences";
import { statusLook } from "@/shared/status";
import { showHidden, splitUrl } from "@/shared/text";
import { Count } from "./count";
import { previewQuery, useStartReplay } from "./queries";
import { EMPTY, KINDS, PERIODS, STATES, toRequest, wrongType, type Values } from "./selection";
import { useReplayWords } from "./words";

interface Props {
  scope: Scope;
  subscription: string | null;
  onClose: () => void;
  onStarted: (id: string) => void;
}

export function NewReplay({ scope, subscription, onClose, onStarted }: Props) {
  const { add, form: words } = useReplayWords();
  const { shared } = useMessages();
  const format = useFormat();
  const { zone } = usePreferences();
  const [values, setValues] = useState<Values>({ ...EMPTY, subscription });
  const [now] = useState(() => Math.round(serverNow()));
  const [counted] = useDebouncedValue(values, 400);
  const change = (part: Partial<Values>) => setValues((before) => ({ ...before, ...part }));
  const request = toRequest(values, now, zone);
  const preview = useQuery(previewQuery(scope, toRequest(counted, now, zone)));
  const start = useStartReplay(scope);
  const current = request !== null && counted === values;
  const count = current ? preview.data?.count : undefined;
  const shown = `${format.number(count ?? 0)}${preview.data?.count_is_lower_bound ? "+" : ""}`;
  const errors = fieldErrors(start.error ?? preview.error);
  return (
    <Modal opened onClose={onClose} title={add} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (request !== null && count) start.mutate(request, { onSuccess: ({ id }) => onStarted(id) });
        }}
      >
        <Stack gap="md">
          <Receiver scope={scope} value={values.subscription} error={errors.subscription_id} onChange={(id) => change({ subscription: id })} />
          <What values={values} onChange={change} />
          <TextInput
            label={words.types}
            description={words.typesHelp}
            placeholder={words.typesHint}
            value={values.types}
            error={wrongType(values.types) === null ? errors.event_types : words.badType(showHidden(wrongType(values.types) ?? ""))}
            onChange={({ currentTarget }) => change({ types: currentTarget.value })}
          />
          <Period values={values} onChange={change} />
          <NumberInput
            label={words.rate}
            description={words.rateHelp}
            placeholder={words.rateHint}
            min={1}
            max={100_000}
            allowDecimal={false}
            value={values.rate ?? ""}
            error={errors.rate}
            onChange={(rate) => change({ rate: typeof rate === "number" ? rate : null })}
          />
          <Count preview={preview.data} busy={request !== null && (!current || preview.isFetching)} error={preview.error} />
          {start.error && <ProblemNotice error={start.error} inline />}
          <Group justify="flex-end" gap="sm">
            <Button variant="subtle" color="gray" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" disabled={!count} loading={start.isPending}>
              {count ? words.start(shown, count === 1) : words.startNothing}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface ReceiverProps {
  scope: Scope;
  value: string | null;
  error: string | undefined;
  onChange: (id: string | null) => void;
}

function Receiver({ scope, value, error, onChange }: ReceiverProps) {
  const { form: words } = useReplayWords();
  const choices = useQuery(subscriptionChoicesQuery(scope));
  const data = (choices.data ?? []).map((subscription) => ({
    value: subscription.id,
    label: nameOf(subscription) + (subscription.is_active ? "" : ` (${words.inactive})`),
    // The server refuses a replay to a subscription that is not active.
    disabled: !subscription.is_active,
  }));
  if (value !== null && !data.some((choice) => choice.value === value)) data.unshift({ value, label: value, disabled: false });
  if (choices.error) return <ProblemNotice error={choices.error} onRetry={() => void choices.refetch()} inline />;
  return (
    <Select
      label={words.subscription}
      placeholder={words.subscriptionHint}
      description={choices.data !== undefined && !data.some(({ disabled }) => !disabled) ? words.noSubscription : undefined}
      searchable
      openOnFocus={false}
      data-autofocus={value === null ? true : undefined}
      data={data}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}

function nameOf({ url, description }: Subscription): string {
  const { host, path } = splitUrl(url);
  return showHidden(description ? `${description} · ${host}${path}` : `${host}${path}`).slice(0, 120);
}

interface PartProps {
  values: Values;
  onChange: (part: Partial<Values>) => void;
}

function What({ values, onChange }: PartProps) {
  const { form: words } = useReplayWords();
  const { status } = useMessages();
  return (
    <>
      <Select
        label={words.what}
        description={words.kindHelp[values.kind]}
        inputWrapperOrder={["label", "input", "description", "error"]}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: words.kinds[value] ?? value }))}
        value={values.kind}
        onChange={(kind) => onChange({ kind: KINDS.find((known) => known === kind) ?? "failed" })}
      />
      {values.kind === "custom" && (
        <div role="group" aria-label={words.states}>
          <Group gap="md">
            {STATES.map((state) => (
              <Checkbox
                key={state}
                label={statusLook("replayed", state).word(status)}
                checked={values.states.includes(state)}
                onChange={() =>
                  onChange({
                    states: values.states.includes(state) ? values.states.filter((other) => other !== state) : [...values.states, state],
                  })
                }
              />
            ))}
          </Group>
        </div>
      )}
    </>
  );
}

function Period({ values, onChange }: PartProps) {
  const { form: words } = useReplayWords();
  const { zone } = usePreferences();
  const label = (word: string) => (zone === "utc" ? `${word} (UTC)` : word);
  return (
    <>
      <Select
        label={words.period}
        allowDeselect={false}
        data={PERIODS.map((value) => ({ value, label: words.periods[value] ?? value }))}
        value={values.period}
        onChange={(period) => onChange({ period: PERIODS.find((known) => known === period) ?? "7d" })}
      />
      {values.period === "custom" && (
        <Group grow gap="md">
          <TextInput type="datetime-local" label={label(words.from)} value={values.from} onChange={({ currentTarget }) => onChange({ from: currentTarget.value })} />
          <TextInput type="datetime-local" label={label(words.to)} value={values.to} onChange={({ currentTarget }) => onChange({ to: currentTarget.value })} />
        </Group>
      )}
    </>
  );
}
