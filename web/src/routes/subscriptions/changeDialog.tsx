//! Pausing, activating, deleting, and closing the breaker: each says what becomes of waiting deliveries.

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSubscriptionChange, type Change } from "@/actions/subscription";
import type { Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { showHidden, splitUrl } from "@/shared/text";
import { subscriptionQuery } from "./queries";

interface Props {
  scope: Scope;
  subscription: Subscription;
  change: Change;
  onClose: () => void;
  onDone?: (change: Change) => void;
}

export function ChangeDialog({ scope, subscription, change, onClose, onDone }: Props) {
  const { subscriptions } = useMessages();
  const words = subscriptions.confirm;
  const format = useFormat();
  const detail = useQuery(subscriptionQuery(scope, subscription.id));
  const mutation = useSubscriptionChange(scope);
  const backlog = detail.data?.backlog;
  const waiting = `${format.number(backlog?.waiting ?? 0)}${backlog?.capped ? "+" : ""}`;
  const { host, path } = splitUrl(subscription.url);
  const name = showHidden(subscription.description ?? `${host}${path}`);
  const texts: Record<Change, string> = {
    pause: words.pause(waiting, subscription.on_pause === "collect"),
    activate: words.activate(waiting),
    reset: words.reset(waiting),
    delete: words.delete(name, waiting),
  };
  const action = subscriptions.actions[change];
  return (
    <Confirm
      opened
      onClose={onClose}
      title={action}
      action={action}
      destructive={change === "delete"}
      ready={detail.data !== undefined}
      pending={mutation.isPending}
      error={mutation.error}
      onConfirm={() =>
        mutation.mutate(
          { id: subscription.id, change },
          {
            onSuccess: () => {
              onClose();
              onDone?.(change);
            },
          },
        )
      }
    >
      <Text>
        <bdi>{detail.data === undefined ? words.counting : texts[change]}</bdi>
      </Text>
    </Confirm>
  );
}
