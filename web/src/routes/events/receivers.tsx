//! Which subscriptions got the event, with what result, and which did not, and why.

import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useEventWords } from "@/actions/eventWords";
import { payloadQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { useMay } from "@/session/context";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Receiver } from "@/shared/Receiver";
import { StatusBadge } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { Absent } from "@/shared/Time";
import classes from "./page.module.css";
import { eventDeliveriesQuery, previewQuery, subscriptionsQuery } from "./queries";
import { recipientsOf, type Recipient } from "./recipients";

const SHOWN = 20;

interface Props {
  scope: Scope;
  event: PublishedEvent;
  onSend: (recipient: Recipient) => void;
}

export function Receivers({ scope, event, onSend }: Props) {
  const events = useEventWords();
  const words = events.receivers;
  const format = useFormat();
  const partial = event.delivery_count > event.deliveries.length;
  const deliveries = useQuery({ ...eventDeliveriesQuery(scope, event.id), enabled: partial });
  const subscriptions = useQuery(subscriptionsQuery(scope));
  // Only filters look at the payload, which may be large.
  const filtered = !event.payload_erased_at && (subscriptions.data?.some(({ filter }) => filter) ?? false);
  const payload = useQuery({ ...payloadQuery(scope, event.id), enabled: filtered });
  const preview = useQuery({
    ...previewQuery(scope, event, filtered ? (payload.data ?? null) : null),
    enabled: subscriptions.data !== undefined && (!filtered || payload.data !== undefined),
  });
  const error = deliveries.error ?? subscriptions.error ?? payload.error ?? preview.error;
  const known = partial ? deliveries.data : event.deliveries;
  if (error) {
    const retry = () => void Promise.all([deliveries, subscriptions, payload, preview].map((query) => query.error && query.refetch()));
    return <ProblemNotice error={error} onRetry={retry} inline />;
  }
  if (known === undefined || preview.data === undefined || subscriptions.data === undefined) return <Skeleton height={160} />;
  const { got, missed } = recipientsOf(event, known, preview.data.matches, subscriptions.data);
  return (
    <Stack gap="lg">
      {got.length > 0 && (
        <List title={words.got} count={format.number(event.delivery_count)} recipients={got} event={event} />
      )}
      {known.length < event.delivery_count && (
        <Text c="dimmed" size="xs">
          {words.partial(format.number(known.length), format.number(event.delivery_count))}
        </Text>
      )}
      {missed.length > 0 ? (
        <List
          title={words.missed}
          count={`${format.number(missed.length)}${preview.data.capped ? "+" : ""}`}
          recipients={missed}
          event={event}
          onSend={onSend}
        />
      ) : (
        got.length > 0 && !preview.data.capped && <Text c="dimmed">{words.noneMissed}</Text>
      )}
      {missed.length > 0 && (
        <Text c="dimmed" size="xs">
          {words.known}
          {preview.data.capped && ` ${words.capped}`}
        </Text>
      )}
    </Stack>
  );
}

interface ListProps {
  title: string;
  count: string;
  recipients: Recipient[];
  event: PublishedEvent;
  onSend?: (recipient: Recipient) => void;
}

function List({ title, count, recipients, event, onSend }: ListProps) {
  const events = useEventWords();
  const [all, setAll] = useState(false);
  const shown = all ? recipients : recipients.slice(0, SHOWN);
  return (
    <section aria-label={title}>
      <h3 className={classes.heading}>
        {title} <span>{count}</span>
      </h3>
      <ul className={classes.recipients}>
        {shown.map((recipient) => (
          <li key={recipient.delivery?.id ?? recipient.id}>
            {recipient.delivery === null ? (
              <Missed recipient={recipient} event={event} onSend={onSend} />
            ) : (
              <Got recipient={recipient} event={event} />
            )}
          </li>
        ))}
      </ul>
      {recipients.length > shown.length && (
        <Button variant="subtle" color="gray" onClick={() => setAll(true)}>
          {events.receivers.more(recipients.length - shown.length)}
        </Button>
      )}
    </section>
  );
}

function Got({ recipient: { delivery, url, description, id }, event }: { recipient: Recipient; event: PublishedEvent }) {
  const events = useEventWords();
  if (delivery === null) return null;
  return (
    <>
      <Link to="/deliveries" search={{ open: delivery.id, of: event.tenant_id, event: event.id, since: "all" }}>
        {url === null ? (
          <>
            {events.receivers.deleted} <Id value={id} copy={false} />
          </>
        ) : (
          <Receiver url={url} description={description} />
        )}
      </Link>
      <span className={classes.state}>
        <StatusBadge kind="delivery" value={delivery.status} />
        <span className={classes.code}>{delivery.response_code ?? <Absent />}</span>
      </span>
    </>
  );
}

interface MissedProps {
  recipient: Recipient;
  event: PublishedEvent;
  onSend?: ((recipient: Recipient) => void) | undefined;
}

function Missed({ recipient, event, onSend }: MissedProps) {
  const events = useEventWords();
  const mayReplay = useMay("replays:write");
  const sendable = mayReplay && recipient.reachable && !event.payload_erased_at;
  return (
    <>
      <Link to="/subscriptions/$id" params={{ id: recipient.id }} search={{ of: event.tenant_id }}>
        <Receiver url={recipient.url ?? recipient.id} description={recipient.description} />
        <div className={classes.why}>
          {events.receivers.why[recipient.why ?? "unknown"]}
          {recipient.explanation && (
            <>
              : <bdi>{showHidden(recipient.explanation)}</bdi>
            </>
          )}
        </div>
      </Link>
      {sendable && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onSend?.(recipient)}>
          {events.receivers.send}
        </Button>
      )}
    </>
  );
}
