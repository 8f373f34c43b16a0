//! The open tenant: its day, its use of limits, and ways to its objects.

import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArrowRight, IconEdit, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Action } from "@/actions/action";
import { ActionMenu } from "@/actions/ActionMenu";
import { useActionKeys, useScreenActions } from "@/actions/registry";
import type { Tenant } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { Facts } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { showHidden } from "@/shared/text";
import { Time } from "@/shared/Time";
import { DeleteTenant } from "./delete";
import { TenantForm } from "./form";
import { dayOf, dayQuery, tenantQuery } from "./queries";
import { tenantsRoute } from "./route";
import { Use } from "./use";
import { useTenantWords } from "./words";

export function TenantPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { detail } = useTenantWords();
  const tenant = useQuery(tenantQuery(id));
  return (
    <Panel label={detail.label} onClose={onClose} title={<Foreign text={tenant.data?.name ?? id} />}>
      {tenant.data ? (
        <Body tenant={tenant.data} />
      ) : tenant.error ? (
        <ObjectFailed error={tenant.error} onRetry={() => void tenant.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={24} />
          <Skeleton height={120} />
          <Skeleton height={160} />
        </Stack>
      )}
    </Panel>
  );
}

function egressText({ source_addresses: source, proxy }: NonNullable<Tenant["egress"]>, words: ReturnType<typeof useTenantWords>["egress"]): string {
  return proxy ? words.through(proxy.url) : words.from((source ?? []).join(", "));
}

type Step = "edit" | "delete" | null;

function Body({ tenant }: { tenant: Tenant }) {
  const words = useTenantWords();
  const { detail } = words;
  const navigate = useNavigate({ from: tenantsRoute.fullPath });
  const [step, setStep] = useState<Step>(null);
  const choose = () => void navigate({ search: (before) => ({ ...before, tenant: tenant.id }) });
  // The deleted tenant must not stay the tenant of the screen.
  const leave = () =>
    navigate({
      search: (before) => ({ ...before, open: undefined, tenant: before.tenant === tenant.id ? undefined : before.tenant }),
    });
  const actions: Action[] = [
    { id: "tenant-edit", label: words.actions.edit, icon: IconEdit, letter: "e", run: () => setStep("edit") },
    { id: "tenant-switch", label: detail.switch, icon: IconArrowRight, letter: "s", run: choose },
    { id: "tenant-delete", label: words.actions.delete, icon: IconTrash, destructive: true, run: () => setStep("delete") },
  ];
  useScreenActions(actions);
  const onKeyDown = useActionKeys(actions);
  const close = () => setStep(null);
  return (
    <Stack gap="lg" onKeyDown={onKeyDown}>
      <Day id={tenant.id} />
      <Group gap="sm" justify="space-between" wrap="nowrap">
        <Group gap="sm">
          <Button variant="default" leftSection={<IconEdit size={16} />} onClick={() => setStep("edit")}>
            {words.actions.edit}
          </Button>
          <Button variant="subtle" leftSection={<IconArrowRight size={16} />} onClick={choose}>
            {detail.switch}
          </Button>
        </Group>
        <ActionMenu actions={actions} />
      </Group>
      <Use tenant={tenant} />
      <Ways id={tenant.id} />
      <section>
        <Title order={3} mb="xs">
          {detail.facts}
        </Title>
        <Facts
          rows={[
            [detail.id, <Id key="id" value={tenant.id} whole />],
            tenant.egress ? [words.egress.title, <bdi key="egress">{showHidden(egressText(tenant.egress, words.egress))}</bdi>] : null,
            [detail.created, <Time key="created" at={tenant.created_at} as="exact" />],
            [detail.changed, <Time key="changed" at={tenant.updated_at} as="exact" />],
          ]}
        />
      </section>
      {Object.keys(tenant.metadata).length > 0 && <JsonView text={JSON.stringify(tenant.metadata)} label={detail.metadata} />}
      {step === "edit" && <TenantForm tenant={tenant} onClose={close} onSaved={close} />}
      {step === "delete" && <DeleteTenant tenant={tenant} onClose={close} onDeleted={leave} />}
    </Stack>
  );
}

function Day({ id }: { id: string }) {
  const { detail } = useTenantWords();
  const format = useFormat();
  const stats = useQuery(dayQuery);
  const day = stats.data === undefined ? null : dayOf(stats.data, id);
  if (day === null) return <Text size="md">&nbsp;</Text>;
  return (
    <Text size="md" fw={600}>
      {day.created + day.failed === 0 ? detail.quiet : detail.answer(format.number(day.created), format.number(day.failed))}
    </Text>
  );
}

/** The screens of the tenant. Each link chooses the tenant too. */
function Ways({ id }: { id: string }) {
  const { detail } = useTenantWords();
  const search = { tenant: id };
  return (
    <nav aria-label={detail.links}>
      <Group gap="sm" fz="sm">
        <Link to="/subscriptions" search={search}>
          {detail.showSubscriptions}
        </Link>
        <Link to="/deliveries" search={search}>
          {detail.showDeliveries}
        </Link>
        <Link to="/events" search={search}>
          {detail.showEvents}
        </Link>
        <Link to="/keys" search={search}>
          {detail.showKeys}
        </Link>
        <Link to="/portal-links" search={search}>
          {detail.showPortal}
        </Link>
      </Group>
    </nav>
  );
}
