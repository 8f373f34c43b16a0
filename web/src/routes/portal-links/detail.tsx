//! The open portal link.

import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useScreenActions } from "@/actions/registry";
import type { PortalLink } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { Confirm } from "@/shared/Confirm";
import { Facts } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { Panel } from "@/shared/Panel";
import { showHidden } from "@/shared/text";
import { Time } from "@/shared/Time";
import { Preview } from "./preview";
import { linkQuery, useRevokeLink } from "./queries";
import { useLinkWords } from "./words";

export function LinkPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { detail } = useLinkWords();
  const link = useQuery(linkQuery(id));
  return (
    <Panel label={detail.label} onClose={onClose} title={link.data && <Foreign text={link.data.tenant_id} />}>
      {link.data ? (
        <Body link={link.data} />
      ) : link.error ? (
        <ObjectFailed error={link.error} onRetry={() => void link.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={24} />
          <Skeleton height={120} />
          <Skeleton height={200} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ link }: { link: PortalLink }) {
  const { detail, capabilities, revoke, readOnly } = useLinkWords();
  const [asked, setAsked] = useState(false);
  const active = link.state === "active";
  useScreenActions(active ? [{ id: "link-revoke", label: revoke.action, destructive: true, run: () => setAsked(true) }] : []);
  return (
    <Stack gap="lg">
      <Text size="md" fw={600}>
        {detail.answer[link.state]} <Time at={link.revoked_at ?? link.expires_at} />
      </Text>
      <section>
        <Title order={3} mb="xs">
          {detail.may}
        </Title>
        {link.capabilities.length === 0 ? (
          <Text>{readOnly}</Text>
        ) : (
          <ul style={{ margin: 0, paddingInlineStart: 20, fontSize: 13 }}>
            {link.capabilities.map((capability) => (
              <li key={capability}>{capabilities[capability] ?? capability}</li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <Title order={3} mb="xs">
          {detail.facts}
        </Title>
        <LinkFacts link={link} />
      </section>
      {(link.appearance.name ?? link.appearance.color) && (
        <section>
          <Title order={3} mb="xs">
            {detail.appearance}
          </Title>
          <Preview name={link.appearance.name ?? ""} color={link.appearance.color ?? ""} textColor={link.appearance.text_color ?? ""} />
        </section>
      )}
      {active && (
        <>
          <Text c="dimmed">{detail.again}</Text>
          <div>
            <Button variant="default" c="var(--pr-bad)" onClick={() => setAsked(true)}>
              {revoke.action}
            </Button>
          </div>
        </>
      )}
      {asked && <Revoke link={link} onClose={() => setAsked(false)} />}
    </Stack>
  );
}

function LinkFacts({ link }: { link: PortalLink }) {
  const { detail, modes, never } = useLinkWords();
  return (
    <Facts
      rows={[
        [
          detail.tenant,
          <Link key="tenant" to="/tenants" search={{ open: link.tenant_id }}>
            <Foreign text={link.tenant_id} />
          </Link>,
        ],
        [detail.mode, modes[link.mode] ?? link.mode],
        [detail.created, <Time key="created" at={link.created_at} as="exact" />],
        [detail.expires, <Time key="expires" at={link.expires_at} as="exact" />],
        link.revoked_at ? [detail.revoked, <Time key="revoked" at={link.revoked_at} as="exact" />] : null,
        [detail.used, link.last_used_at ? <Time key="used" at={link.last_used_at} /> : never],
        link.return_url ? [detail.returnUrl, <Foreign key="return" text={link.return_url} />] : null,
        link.refresh_url ? [detail.refreshUrl, <Foreign key="refresh" text={link.refresh_url} />] : null,
        [detail.ancestors, link.allowed_ancestors.length === 0 ? detail.nowhere : <Origins key="ancestors" origins={link.allowed_ancestors} />],
        [detail.id, <Id key="id" value={link.id} whole />],
      ]}
    />
  );
}

function Origins({ origins }: { origins: string[] }) {
  return origins.map((origin) => <Foreign key={origin} text={origin} />);
}

function Revoke({ link, onClose }: { link: PortalLink; onClose: () => void }) {
  const { revoke: words } = useLinkWords();
  const revoke = useRevokeLink();
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.action}
      action={words.action}
      destructive
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate(link.id, { onSuccess: onClose })}
    >
      <Text>{words.text(showHidden(link.tenant_id))}</Text>
    </Confirm>
  );
}
