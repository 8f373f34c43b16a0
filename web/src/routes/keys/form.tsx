//! Creates a key and shows it once.

import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { apiUrl } from "@/api/base";
import { fieldErrors } from "@/api/problem";
import type { Scope } from "@/api/scope";
import type { KeyScope } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Once } from "@/shared/Once";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { DEFAULT_SCOPES, SCOPES, useCreateKey } from "./queries";
import { useKeyWords } from "./words";

const NEVER = "never";
/** Lives that the form offers, in days. */
const DAYS = [7, 30, 90, 365];
const DAY = 86_400;

export function NewKey({ scope, onClose }: { scope: Scope; onClose: () => void }) {
  const { add, form: words, scopes: meanings } = useKeyWords();
  const { shared } = useMessages();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly KeyScope[]>(DEFAULT_SCOPES);
  const [life, setLife] = useState(NEVER);
  const [networks, setNetworks] = useState("");
  const create = useCreateKey(scope);
  const errors = fieldErrors(create.error);
  // The error of a network names its place in the list.
  const networkError = Object.entries(errors).find(([field]) => field.startsWith("networks"))?.[1];
  if (create.data) return <Created secret={create.data.key} title={add} text={words.created} onClose={onClose} />;
  const toggle = (scope: KeyScope) => setChosen(chosen.includes(scope) ? chosen.filter((other) => other !== scope) : [...chosen, scope]);
  return (
    <Modal opened onClose={onClose} title={add} closeButtonProps={{ "aria-label": shared.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({
            name: name.trim() || null,
            scopes: SCOPES.filter((scope) => chosen.includes(scope)),
            expires_in_seconds: life === NEVER ? null : Number(life) * DAY,
            networks: networks.split(/[\s,]+/).filter(Boolean),
          });
        }}
      >
        <Stack gap="md">
          <TextInput
            label={words.name}
            description={words.nameHelp}
            placeholder={words.nameHint}
            maxLength={100}
            data-autofocus
            value={name}
            error={errors.name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Stack gap="sm" role="group" aria-label={words.scopes}>
            <Text fw={600}>{words.scopes}</Text>
            {SCOPES.map((scope) => (
              <Checkbox key={scope} label={meanings[scope]} description={scope} checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
            ))}
          </Stack>
          {chosen.some((scope) => scope.startsWith("webhooks.secret")) && <Text c="var(--pr-warn)">{words.secretWarning}</Text>}
          <Select
            label={words.life}
            data={[{ value: NEVER, label: words.never }, ...DAYS.map((days) => ({ value: `${days}`, label: words.days(days) }))]}
            value={life}
            onChange={(value) => setLife(value ?? NEVER)}
            allowDeselect={false}
            error={errors.expires_in_seconds}
          />
          <TextInput
            label={words.networks}
            description={words.networksHelp}
            placeholder="203.0.113.0/24, 2001:db8::/32"
            value={networks}
            error={networkError}
            onChange={({ currentTarget }) => setNetworks(currentTarget.value)}
          />
          {create.error && <ProblemNotice error={create.error} inline />}
          <Group justify="flex-end" gap="sm">
            <Button variant="subtle" color="gray" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={chosen.length === 0}>
              {add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A click beside the dialog must not lose the key, so only its button closes it. */
export function Created({ secret, title, text, onClose }: { secret: string; title: string; text: string; onClose: () => void }) {
  const { form: words } = useKeyWords();
  const address = new URL(apiUrl("/api/v1/session"), window.location.origin).href;
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
      <Stack gap="md">
        <Text role="status">{text}</Text>
        <Once label={words.key} value={secret} copy={words.copy} />
        <Once label={words.try} value={`curl ${address} -H "Authorization: Bearer ${secret}"`} copy={words.copyTry} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{words.done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
