//! The open event: its payload, its deliveries, and what can be done with it.

import { Button, Group, Skeleton, Stack, Table, Tabs, Text } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActionMenu } from "@/actions/ActionMenu";
import { useEventActions, type EventStep } from "@/actions/event";
import { useActionKeys, useScreenActions } from "@/actions/registry";
import { narrow, type Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import { Steps } from "./steps";
import classes from "./page.module.css";
import { eventQuery, payloadQuery } from "./queries";
import { eventsRoute } from "./route";

export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { events } = useMessages();
  const { of } = eventsRoute.useSearch();
  const scope = narrow(useScope(), of);
  const event = useQuery(eventQuery(scope, id));
  return (
    <Panel label={events.detail.label} onClose={onClose} title={event.data && <Foreign text={event.data.type} />}>
      {scope.tenant === null ? (
        <Text c="dimmed">{events.detail.chooseTenant}</Text>
      ) : event.data ? (
        <Body scope={scope} event={event.data} />
      ) : event.error ? (
        <ObjectFailed error={event.error} onRetry={() => void event.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={22} width={220} />
          <Skeleton height={96} />
          <Skeleton height={320} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ scope, event }: { scope: Scope; event: PublishedEvent }) {
  const { events } = useMessages();
  const { view = "payload" } = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const [asked, setAsked] = useState<EventStep | null>(null);
  const actions = useEventActions(event, setAsked);
  useScreenActions(actions);
  const onKeyDown = useActionKeys(actions);
  const republish = actions.find(({ id }) => id === "event-republish");
  return (
    <Stack gap="lg" onKeyDown={onKeyDown}>
      <Text size="md">{events.detail.answer(event.delivery_count)}</Text>
      <Facts event={event} />
      <Group gap="sm">
        {republish && (
          <Button variant="default" leftSection={<IconRepeat size={16} />} onClick={republish.run}>
            {republish.label}
          </Button>
        )}
        <span className={classes.menu}>
          <ActionMenu actions={actions} />
        </span>
      </Group>
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, view: value === "deliveries" ? "deliveries" : undefined }),
            replace: true,
          })
        }
      >
        <Tabs.List>
          <Tabs.Tab value="payload">{events.detail.payload}</Tabs.Tab>
          <Tabs.Tab value="deliveries">{events.detail.deliveries(event.delivery_count)}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="payload" pt="md">
          {event.payload_erased_at ? <Text c="dimmed">{events.detail.erased}</Text> : <Payload scope={scope} id={event.id} />}
        </Tabs.Panel>
        <Tabs.Panel value="deliveries" pt="md">
          <Deliveries event={event} />
        </Tabs.Panel>
      </Tabs>
      <Steps scope={scope} event={event} step={asked} onClose={() => setAsked(null)} />
    </Stack>
  );
}

function Facts({ event }: { event: PublishedEvent }) {
  const { events } = useMessages();
  const words = events.facts;
  const rows = [
    [words.id, <Id key="id" value={event.id} whole />],
    [words.tenant, <Foreign key="tenant" text={event.tenant_id} />],
    [words.occurred, <Time key="occurred" at={event.timestamp} as="exact" />],
    [words.accepted, <Time key="accepted" at={event.created_at} as="exact" />],
    event.deliver_at ? [words.deliverAt, <Time key="deliverAt" at={event.deliver_at} as="exact" />] : null,
    event.trace_id ? [words.trace, <Id key="trace" value={event.trace_id} />] : null,
  ].filter((row) => row !== null);
  return (
    <dl className={classes.facts}>
      {rows.map(([name, value], index) => [<dt key={`name-${index}`}>{name}</dt>, <dd key={`value-${index}`}>{value}</dd>])}
      <dt>{words.key}</dt>
      <dd>{event.id.startsWith("evt_") ? words.generated : words.own}</dd>
    </dl>
  );
}

function Payload({ scope, id }: { scope: Scope; id: string }) {
  const { events } = useMessages();
  const payload = useQuery(payloadQuery(scope, id));
  if (payload.error) return <ProblemNotice error={payload.error} onRetry={() => void payload.refetch()} inline />;
  if (payload.data === undefined) return <Skeleton height={240} />;
  return <JsonView text={payload.data} label={events.detail.payload} />;
}

function Deliveries({ event }: { event: PublishedEvent }) {
  const { events } = useMessages();
  if (event.delivery_count === 0) return <Text c="dimmed">{events.detail.nobody}</Text>;
  return (
    <Table.ScrollContainer minWidth={320}>
      <Table>
        <Table.Tbody>
          {event.deliveries.map((delivery) => (
            <Table.Tr key={delivery.id}>
              <Table.Td>
                <StatusBadge kind="delivery" value={delivery.status} />
              </Table.Td>
              <Table.Td>
                <Link to="/deliveries" search={{ open: delivery.id, of: event.tenant_id, event: event.id }}>
                  <Id value={delivery.subscription_id} copy={false} />
                </Link>
              </Table.Td>
              <Table.Td>{delivery.response_code ?? <Absent />}</Table.Td>
              <Table.Td>
                <Time at={delivery.created_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
