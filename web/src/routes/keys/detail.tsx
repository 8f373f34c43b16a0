//! The open key: what it may do, when it was used, and revoking it.

import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useScreenActions } from "@/actions/registry";
import type { Scope } from "@/api/scope";
import type { Key } from "@/api/types";
import { Confirm } from "@/shared/Confirm";
import { Facts } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { Panel } from "@/shared/Panel";
import type { RowSource } from "@/shared/rows";
import { showHidden } from "@/shared/text";
import { Time } from "@/shared/Time";
import { Created } from "./form";
import { useReplaceKey, useRevokeKey } from "./queries";
import { useKeyWords } from "./words";

interface Props {
  scope: Scope;
  id: string;
  source: RowSource<Key>;
  onClose: () => void;
}

export function KeyPanel({ scope, id, source, onClose }: Props) {
  const { detail, unnamed } = useKeyWords();
  const key = source.loaded().find((one) => one.id === id);
  return (
    <Panel label={detail.label} onClose={onClose} title={key && <Foreign text={key.name || unnamed} />}>
      {key ? (
        <Body scope={scope} apiKey={key} onRevoked={onClose} />
      ) : source.total === null ? (
        <Skeleton height={240} />
      ) : (
        <Text c="dimmed">{detail.gone}</Text>
      )}
    </Panel>
  );
}

function Body({ scope, apiKey, onRevoked }: { scope: Scope; apiKey: Key; onRevoked: () => void }) {
  const { detail, scopes, replace, revoke } = useKeyWords();
  const [asked, setAsked] = useState<"replace" | "revoke" | null>(null);
  const close = () => setAsked(null);
  useScreenActions([
    { id: "key-replace", label: replace.action, run: () => setAsked("replace") },
    { id: "key-revoke", label: revoke.action, destructive: true, run: () => setAsked("revoke") },
  ]);
  return (
    <Stack gap="lg">
      <Text size="md" fw={600}>
        {hasExpired(apiKey) && `${detail.answer.expired} `}
        {apiKey.last_used_at ? (
          <>
            {detail.answer.used} <Time at={apiKey.last_used_at} />
          </>
        ) : (
          detail.answer.unused
        )}
      </Text>
      <section>
        <Title order={3} mb="xs">
          {detail.scopes}
        </Title>
        <Facts rows={apiKey.scopes.map((scope) => [scope, scopes[scope] ?? ""] as const)} />
      </section>
      <section>
        <Title order={3} mb="xs">
          {detail.facts}
        </Title>
        <Facts
          rows={[
            [detail.hint, <code key="hint">{apiKey.hint}…</code>],
            [detail.created, <Time key="created" at={apiKey.created_at} as="exact" />],
            [detail.expires, apiKey.expires_at ? <Time key="expires" at={apiKey.expires_at} as="exact" /> : detail.neverExpires],
            [detail.networks, apiKey.networks.length === 0 ? detail.everywhere : apiKey.networks.join(", ")],
            [detail.id, <Id key="id" value={apiKey.id} whole />],
          ]}
        />
      </section>
      <Group gap="sm">
        <Button variant="default" onClick={() => setAsked("replace")}>
          {replace.action}
        </Button>
        <Button variant="default" c="var(--pr-bad)" onClick={() => setAsked("revoke")}>
          {revoke.action}
        </Button>
      </Group>
      {asked === "replace" && <Replace scope={scope} apiKey={apiKey} onClose={close} />}
      {asked === "revoke" && <Revoke scope={scope} apiKey={apiKey} onClose={close} onRevoked={onRevoked} />}
    </Stack>
  );
}

const hasExpired = ({ expires_at: at }: Key) => Boolean(at) && new Date(at ?? "") <= new Date();

/** The old key stays valid for a day, so that programs change over without an interruption. */
function Replace({ scope, apiKey, onClose }: { scope: Scope; apiKey: Key; onClose: () => void }) {
  const { replace: words, unnamed } = useKeyWords();
  const replace = useReplaceKey(scope);
  if (replace.data) return <Created secret={replace.data.key} title={words.action} text={words.done} onClose={onClose} />;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.action}
      action={words.action}
      pending={replace.isPending}
      error={replace.error}
      onConfirm={() => replace.mutate({ id: apiKey.id, overlap: 86_400 })}
    >
      <Text>
        <bdi>{words.text(showHidden(apiKey.name || unnamed), apiKey.hint)}</bdi>
      </Text>
    </Confirm>
  );
}

interface RevokeProps {
  scope: Scope;
  apiKey: Key;
  onClose: () => void;
  onRevoked: () => void;
}

function Revoke({ scope, apiKey, onClose, onRevoked }: RevokeProps) {
  const { revoke: words, unnamed } = useKeyWords();
  const revoke = useRevokeKey(scope);
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.action}
      action={words.action}
      destructive
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(apiKey.id, { onSuccess: onRevoked })}
    >
      <Stack gap="sm">
        <Text>
          <bdi>{words.text(showHidden(apiKey.name || unnamed), apiKey.hint)}</bdi>
        </Text>
        <Text fw={600}>
          {apiKey.last_used_at ? (
            <>
              {words.recent} <Time at={apiKey.last_used_at} />
            </>
          ) : (
            words.unused
          )}
        </Text>
      </Stack>
    </Confirm>
  );
}
