//! Creates a portal link and shows its URL and token once.

import { Autocomplete, Button, Checkbox, Group, Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/problem";
import { useMessages } from "@/messages/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { AppearanceFields } from "./appearance";
import { CreatedLink } from "./created";
import { tenantIdsQuery, useCreateLink } from "./queries";
import { CAPABILITIES, colorFault, EMPTY, LIFETIMES, toBody, type Values } from "./values";
import { useLinkWords } from "./words";

export interface PartProps {
  values: Values;
  errors: Record<string, string>;
  onChange: (part: Partial<Values>) => void;
}

export function NewLink({ tenant, onClose }: { tenant: string | null; onClose: () => void }) {
  const { add } = useLinkWords();
  const { shared } = useMessages();
  const [values, setValues] = useState<Values>({ ...EMPTY, tenant: tenant ?? "" });
  const create = useCreateLink();
  const errors = fieldErrors(create.error);
  if (create.data) return <CreatedLink link={create.data} name={values.name} onClose={onClose} />;
  const parts = { values, errors, onChange: (part: Partial<Values>) => setValues((before) => ({ ...before, ...part })) };
  return (
    <Modal opened onClose={onClose} title={add} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(toBody(values));
        }}
      >
        <Stack gap="lg">
          <Who {...parts} />
          <Ways {...parts} />
          <AppearanceFields {...parts} />
          {create.error && <ProblemNotice error={create.error} inline />}
          <Group justify="flex-end" gap="sm">
            <Button variant="subtle" color="gray" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={values.tenant.trim() === "" || colorFault(values) !== null}>
              {add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Who({ values, errors, onChange }: PartProps) {
  const { form: words, modes, modeHelp, capabilities } = useLinkWords();
  const tenants = useQuery(tenantIdsQuery);
  return (
    <Stack gap="md" role="group" aria-label={words.who}>
      <Group grow gap="md" align="flex-start">
        <Autocomplete
          size="xs"
          label={words.tenant}
          placeholder={words.tenantHint}
          data={tenants.data ?? []}
          limit={50}
          maxLength={100}
          value={values.tenant}
          error={errors.tenant_id}
          onChange={(tenant) => onChange({ tenant })}
        />
        <Select
          label={words.lifetime}
          allowDeselect={false}
          data={LIFETIMES.map((value) => ({ value, label: words.lifetimes[value] ?? value }))}
          value={values.lifetime}
          error={errors.expires_in_seconds}
          onChange={(lifetime) => onChange({ lifetime: lifetime ?? "86400" })}
        />
      </Group>
      <div>
        <SegmentedControl
          aria-label={words.mode}
          data={(["manage", "view"] as const).map((value) => ({ value, label: modes[value] ?? value }))}
          value={values.mode}
          onChange={(mode) => onChange({ mode: mode === "view" ? "view" : "manage" })}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {modeHelp[values.mode]}
        </Text>
      </div>
      {values.mode === "manage" && (
        <Stack gap="sm" role="group" aria-label={words.may}>
          {CAPABILITIES.map((capability) => (
            <Checkbox
              key={capability}
              label={capabilities[capability]}
              checked={values.capabilities.includes(capability)}
              onChange={() =>
                onChange({
                  capabilities: values.capabilities.includes(capability)
                    ? values.capabilities.filter((other) => other !== capability)
                    : CAPABILITIES.filter((other) => other === capability || values.capabilities.includes(other)),
                })
              }
            />
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function Ways({ values, errors, onChange }: PartProps) {
  const { form: words } = useLinkWords();
  return (
    <Stack gap="md" role="group" aria-label={words.ways}>
      <Group grow gap="md" align="flex-start">
        <TextInput
          type="url"
          label={words.returnUrl}
          placeholder="https://app.example.com/settings"
          value={values.returnUrl}
          error={errors.return_url}
          onChange={({ currentTarget }) => onChange({ returnUrl: currentTarget.value })}
        />
        <TextInput
          type="url"
          label={words.refreshUrl}
          placeholder="https://app.example.com/webhooks"
          value={values.refreshUrl}
          error={errors.refresh_url}
          onChange={({ currentTarget }) => onChange({ refreshUrl: currentTarget.value })}
        />
      </Group>
      <Textarea
        label={words.ancestors}
        description={words.ancestorsHelp}
        rows={2}
        spellCheck={false}
        value={values.ancestors}
        error={Object.entries(errors).find(([field]) => field.startsWith("allowed_ancestors"))?.[1]}
        onChange={({ currentTarget }) => onChange({ ancestors: currentTarget.value })}
      />
    </Stack>
  );
}
