//! The open operational event: what it is about, as links, and its payload.

import { Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { payloadQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { Facts } from "@/shared/Facts";
import { Foreign, Url } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusBadge } from "@/shared/StatusBadge";
import { Time } from "@/shared/Time";
import { operationalEventQuery, SYSTEM_TENANT } from "./queries";
import { subjectOf, type Subject } from "./subject";
import { useOperationalWords } from "./words";

export function OperationalEventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { detail } = useOperationalWords();
  const event = useQuery(operationalEventQuery(id));
  return (
    <Panel label={detail.label} onClose={onClose} title={event.data && <StatusBadge kind="operational" value={event.data.type} />}>
      {event.data ? (
        <Body event={event.data} />
      ) : event.error ? (
        <ObjectFailed error={event.error} onRetry={() => void event.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={24} />
          <Skeleton height={160} />
          <Skeleton height={280} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ event }: { event: PublishedEvent }) {
  const { detail } = useOperationalWords();
  const subject = subjectOf(event.data);
  return (
    <Stack gap="lg">
      {subject.reason && (
        <Text size="md" fw={600} component="div">
          <Foreign text={subject.reason} />
        </Text>
      )}
      <section>
        <Title order={3} mb="xs">
          {detail.subject}
        </Title>
        <About subject={subject} />
      </section>
      <Payload id={event.id} />
      <section>
        <Title order={3} mb="xs">
          {detail.facts}
        </Title>
        <Facts
          rows={[
            [detail.type, <Foreign key="type" text={event.type} />],
            [detail.at, <Time key="at" at={event.timestamp} as="exact" />],
            subject.node ? [detail.node, <Foreign key="node" text={subject.node} />] : null,
            [detail.sent, <Sent key="sent" event={event} />],
            [detail.id, <Id key="id" value={event.id} whole />],
          ]}
        />
      </section>
    </Stack>
  );
}

/** Each link names the tenant that owns the object. */
function About({ subject }: { subject: Subject }) {
  const { detail, limits } = useOperationalWords();
  const { tenant, subscription, delivery, event, eventType, limit } = subject;
  const of = tenant ?? undefined;
  return (
    <Facts
      rows={[
        tenant !== null && [
          detail.tenant,
          <Link key="tenant" to="/tenants" search={{ open: tenant }}>
            <Foreign text={tenant} />
          </Link>,
        ],
        subscription !== null && [
          detail.subscription,
          <Link key="subscription" to="/subscriptions/$id" params={{ id: subscription.id }} search={{ of }}>
            <Url address={subscription.url} />
          </Link>,
        ],
        delivery !== null && [
          detail.delivery,
          <Link key="delivery" to="/deliveries" search={{ open: delivery, of, since: "30d" }}>
            <Id value={delivery} whole copy={false} />
          </Link>,
        ],
        event !== null && [
          detail.event,
          <Link key="event" to="/events" search={{ open: event, of }}>
            <Id value={event} whole copy={false} />
          </Link>,
        ],
        eventType !== null && [detail.eventType, <Foreign key="type" text={eventType} />],
        limit !== null && [detail.limit, limits[limit] ?? <Foreign key="limit" text={limit} />],
      ]}
    />
  );
}

const SYSTEM_SCOPE: Scope = { tenant: SYSTEM_TENANT, named: true };

function Payload({ id }: { id: string }) {
  const { detail } = useOperationalWords();
  const payload = useQuery(payloadQuery(SYSTEM_SCOPE, id));
  if (payload.error) return <ProblemNotice error={payload.error} onRetry={() => void payload.refetch()} inline />;
  if (payload.data === undefined) return <Skeleton height={280} />;
  return <JsonView text={payload.data} label={detail.payload} />;
}

function Sent({ event }: { event: PublishedEvent }) {
  const { detail } = useOperationalWords();
  if (event.deliveries.length === 0) return detail.sentNobody;
  return event.deliveries.map((delivery) => (
    <div key={delivery.id}>
      <Link to="/deliveries" search={{ tenant: SYSTEM_TENANT, open: delivery.id, of: SYSTEM_TENANT, since: "30d" }}>
        <StatusBadge kind="delivery" value={delivery.status} />
      </Link>
    </div>
  ));
}
