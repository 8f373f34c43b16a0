//! Sends the event to one subscription that has no delivery of it, as a replay, after a count.

import { Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEventWords } from "@/actions/eventWords";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { Confirm } from "@/shared/Confirm";
import { Url } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import type { Recipient } from "./recipients";

interface Props {
  scope: Scope;
  event: PublishedEvent;
  /** Null while nothing is asked. */
  recipient: Recipient | null;
  onClose: () => void;
}

export function SendTo({ scope, event, recipient, onClose }: Props) {
  const events = useEventWords();
  const words = events.send;
  const format = useFormat();
  const queries = useQueryClient();
  const id = recipient?.id ?? "";
  const counted = useQuery({
    queryKey: [...keys.events.detail(scope, event.id), "send", id],
    queryFn: () => replay(scope, event, id, true),
    enabled: recipient !== null,
    staleTime: 0,
    gcTime: 0,
  });
  const send = useMutation({
    mutationFn: () => replay(scope, event, id, false),
    onSuccess: () => {
      notifications.show({ message: words.done });
      onClose();
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
      ]),
  });
  const count = counted.data?.count ?? 0;
  return (
    <Confirm
      opened={recipient !== null}
      onClose={onClose}
      title={words.title}
      action={words.action(Math.max(count, 1))}
      ready={count > 0}
      pending={send.isPending}
      error={send.error ?? counted.error}
      onConfirm={() => send.mutate()}
    >
      <Text fw={600} component="div">
        <Url address={recipient?.url ?? id} />
      </Text>
      <Text aria-live="polite">
        {counted.data === undefined
          ? counted.error ? "" : words.counting
          : count === 0 ? words.none : count === 1 ? words.one : words.many(format.number(count))}
      </Text>
    </Confirm>
  );
}

/** A replay selects by type and time, so its time is the millisecond in which the event was accepted. */
function replay(scope: Scope, event: PublishedEvent, subscription: string, dryRun: boolean) {
  const accepted = Date.parse(event.created_at);
  return call(
    api.POST("/api/v1/webhooks/replays", {
      params: { header: tenantHeader(scope) },
      body: {
        subscription_id: subscription,
        event_types: [event.type],
        after: new Date(accepted).toISOString(),
        before: new Date(accepted + 1).toISOString(),
        statuses: ["missed"],
        dry_run: dryRun,
      },
    }),
  ) as Promise<{ count?: number }>;
}
