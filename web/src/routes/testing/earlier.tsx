//! Earlier events of the tenant, and the ways of sending one to the subscription.

import { Button, Group, Modal, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys";
import { payloadQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { PublishedEvent, SubscriptionDetail } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useMessages } from "@/messages/context";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Time } from "@/shared/Time";
import { fetchEvents, NotAlone, sendEarlier, type Earlier } from "./queries";
import classes from "./testing.module.css";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  type: string;
  onClose: () => void;
  onSent: (event: PublishedEvent, sent: Earlier) => void;
  onLoad: (event: PublishedEvent, payload: string) => void;
}

export function EarlierEvents({ scope, subscription, type, onClose, onSent, onLoad }: Props) {
  const words = useWords({ en: english, es: spanish }).earlier;
  const { shared } = useMessages();
  const [typed, setTyped] = useState(type);
  const [wanted] = useDebouncedValue(typed.trim(), 300);
  const filter = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/.test(wanted) ? wanted : "";
  const events = useInfiniteQuery({
    queryKey: [...keys.events.list(scope, { earlier: filter })],
    queryFn: ({ pageParam }) => fetchEvents(scope, filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    enabled: scope.tenant !== null,
  });
  const queries = useQueryClient();
  const send = useMutation({
    mutationFn: (event: PublishedEvent) => sendEarlier(scope, subscription.id, event),
    onSuccess: async (sent, event) => {
      await queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) });
      onSent(event, sent);
    },
  });
  const load = useMutation({
    mutationFn: (event: PublishedEvent) => queries.fetchQuery(payloadQuery(scope, event.id)),
    onSuccess: (payload, event) => onLoad(event, payload),
  });
  const rows = events.data?.pages.flatMap((page) => page.rows) ?? [];
  const error = send.error ?? load.error;
  return (
    <Modal opened onClose={onClose} title={words.title} size="xl" closeButtonProps={{ "aria-label": shared.close }}>
      <Stack gap="md">
        <Text c="dimmed">{words.text}</Text>
        <TextInput label={words.type} value={typed} onChange={({ currentTarget }) => setTyped(currentTarget.value)} />
        {error instanceof NotAlone ? (
          <Text c="var(--pr-bad)" role="alert">
            {words.notAlone}
          </Text>
        ) : (
          error && <ProblemNotice error={error} inline />
        )}
        {events.isPending ? (
          <Skeleton height={240} />
        ) : events.error ? (
          <ProblemNotice error={events.error} onRetry={() => void events.refetch()} inline />
        ) : rows.length === 0 ? (
          <EmptyState title={filter === "" ? words.none : shared.table.noMatch} text={filter === "" ? words.noneText : undefined} />
        ) : (
          <Table className={classes.earlier} aria-label={words.list}>
            <Table.Tbody>
              {rows.map((event) => (
                <Row
                  key={event.id}
                  event={event}
                  subscriptionId={subscription.id}
                  sending={send.isPending && send.variables.id === event.id}
                  onSend={() => send.mutate(event)}
                  onLoad={() => load.mutate(event)}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {events.hasNextPage && (
          <Button variant="default" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {words.more}
          </Button>
        )}
      </Stack>
    </Modal>
  );
}

interface RowProps {
  event: PublishedEvent;
  subscriptionId: string;
  sending: boolean;
  onSend: () => void;
  onLoad: () => void;
}

function Row({ event, subscriptionId, sending, onSend, onLoad }: RowProps) {
  const words = useWords({ en: english, es: spanish }).earlier;
  const mayRetry = useMay("deliveries:retry");
  const mayReplay = useMay("replays:write");
  const known = event.deliveries.some(({ subscription_id: id }) => id === subscriptionId);
  // Beyond the first deliveries of an event it is not known here; sending finds out.
  const unsure = !known && event.delivery_count > event.deliveries.length;
  const maySend = unsure ? mayRetry && mayReplay : known ? mayRetry : mayReplay;
  const erased = Boolean(event.payload_erased_at);
  return (
    <Table.Tr>
      <Table.Td className={classes.earlierType}>
        <Foreign text={event.type} />
        <Text size="xs" c="dimmed" component="div">
          <Foreign text={event.id} />
        </Text>
      </Table.Td>
      <Table.Td className={classes.earlierState}>
        <Time at={event.created_at} />
        <Text size="xs" c="dimmed">
          {erased ? words.erased : known ? words.had : unsure ? "" : words.new}
        </Text>
      </Table.Td>
      <Table.Td className={classes.earlierButtons}>
        {!erased && (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            <Button variant="subtle" color="gray" size="compact-sm" onClick={onLoad}>
              {words.load}
            </Button>
            {maySend && (
              <Button variant="default" size="compact-sm" loading={sending} aria-label={words.sendOne(event.id)} onClick={onSend}>
                {words.send}
              </Button>
            )}
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
