//! Resends the failed deliveries that match the filters, after a count.

import { Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import type { DeliveryFilter, DeliveryQuery } from "../filter";
import { obstacleOf, planRetries, replay } from "./queries";

export interface MatchingProps {
  opened: boolean;
  onClose: () => void;
  scope: Scope;
  filter: DeliveryFilter;
  query: DeliveryQuery;
}

export function RetryMatching({ opened, onClose, scope, filter, query }: MatchingProps) {
  const { deliveries } = useMessages();
  const words = deliveries.bulk;
  const format = useFormat();
  const queries = useQueryClient();
  const obstacle = obstacleOf(scope, filter);
  const plan = useQuery({
    queryKey: keys.deliveries.counts(scope, { retry: query }),
    queryFn: () => planRetries(scope, query),
    enabled: opened && obstacle === null,
    staleTime: 0,
  });
  const plans = plan.data ?? [];
  const total = plans.reduce((sum, { count }) => sum + count, 0);
  const shown = `${format.number(total)}${plans.some(({ lowerBound }) => lowerBound) ? "+" : ""}`;
  const start = useMutation({
    mutationFn: async () => {
      for (const { subscription } of plans) await replay(scope, query, subscription, false);
    },
    onSuccess: () => {
      notifications.show({ message: words.queued(shown) });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
  });
  const text =
    obstacle !== null
      ? obstacle === "tenant" ? words.needsTenant : words.needsPlain
      : plan.data === undefined
        ? words.counting
        : total === 0 ? words.retryNone : words.retryText(shown, plans.length);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={words.retryTitle}
      action={words.retryAction(shown)}
      ready={total > 0}
      pending={start.isPending}
      error={start.error}
      onConfirm={() => start.mutate()}
    >
      {plan.error ? <ProblemNotice error={plan.error} inline /> : <Text aria-live="polite">{text}</Text>}
    </Confirm>
  );
}
