//! Creates a tenant, or changes its name, limits, retention and egress.

import { Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { fieldErrors } from "@/api/problem";
import type { Tenant } from "@/api/types";
import { useMessages } from "@/messages/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { EgressFields } from "./egress";
import classes from "./form.module.css";
import { exists, useSaveTenant } from "./queries";
import { TENANT_ID } from "./route";
import { PERIODS, toBody, toValues, type Count, type Values } from "./values";
import { useTenantWords } from "./words";

interface Props {
  /** Null creates one. */
  tenant: Tenant | null;
  onClose: () => void;
  onSaved: (id: string) => void;
}

export function TenantForm({ tenant, onClose, onSaved }: Props) {
  const { form: words, add, actions } = useTenantWords();
  const { shared } = useMessages();
  const [id, setId] = useState(tenant?.id ?? "");
  const [taken, setTaken] = useState(false);
  const [values, setValues] = useState(() => toValues(tenant));
  const save = useSaveTenant(tenant === null);
  const errors = fieldErrors(save.error);
  const wrong = id !== "" && !TENANT_ID.test(id);
  const change = (part: Partial<Values>) => setValues((before) => ({ ...before, ...part }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // A PUT to an id that is taken would change that tenant.
    if (tenant === null && (await exists(id).catch(() => false))) return setTaken(true);
    save.mutate({ id, body: toBody(values) }, { onSuccess: () => onSaved(id) });
  };
  const title = tenant === null ? add : actions.edit;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="md">
          {tenant === null && (
            <TextInput
              label={words.id}
              description={words.idHelp}
              placeholder="acme"
              required
              withAsterisk={false}
              data-autofocus
              value={id}
              error={wrong ? words.idWrong : taken ? words.exists : errors.id}
              onChange={({ currentTarget }) => {
                setId(currentTarget.value.trim());
                setTaken(false);
              }}
            />
          )}
          <TextInput
            label={words.name}
            maxLength={200}
            value={values.name}
            error={errors.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          />
          <Limits values={values} errors={errors} onChange={change} />
          {tenant !== null && (
            <Text size="xs" c="dimmed">
              {words.below}
            </Text>
          )}
          <EgressFields values={values} errors={errors} onChange={change} />
          {save.error && <ProblemNotice error={save.error} inline />}
          <Group justify="flex-end" gap="sm">
            <Button variant="subtle" color="gray" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={id === "" || wrong}>
              {tenant === null ? add : words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface LimitsProps {
  values: Values;
  errors: Record<string, string>;
  onChange: (part: Partial<Values>) => void;
}

function Limits({ values, errors, onChange }: LimitsProps) {
  const { form: words, periods } = useTenantWords();
  const count = (name: Count, label: string, field: string, min: number, max: number) => (
    <NumberInput
      label={label}
      placeholder={words.defaultHint}
      min={min}
      max={max}
      allowDecimal={false}
      thousandSeparator=" "
      value={values[name] ?? ""}
      error={errors[field]}
      onChange={(value) => onChange({ [name]: typeof value === "number" ? value : null })}
    />
  );
  return (
    <>
      <div className={classes.row}>
        {count("subscriptions", words.subscriptions, "limits.subscriptions", 0, 60_000)}
        {count("keys", words.keys, "limits.keys", 0, 60_000)}
        {count("payload", words.payload, "limits.payload_bytes", 2, 1_048_576)}
      </div>
      <div className={classes.row}>
        {count("rate", words.rate, "limits.publish.limit", 1, 1_000_000)}
        <Select
          label={words.per}
          allowDeselect={false}
          disabled={values.rate === null}
          data={PERIODS.map((value) => ({ value, label: periods[value] ?? value }))}
          value={values.period}
          onChange={(period) => onChange({ period: PERIODS.find((known) => known === period) ?? "second" })}
        />
        {count("burst", words.burst, "limits.publish.burst", 1, 1_000_000)}
      </div>
      <div className={classes.row}>
        {count("payloadDays", words.payloadDays, "retention.payload_days", 1, 36_500)}
        {count("rowsDays", words.rowsDays, "retention.rows_days", 1, 36_500)}
      </div>
    </>
  );
}
