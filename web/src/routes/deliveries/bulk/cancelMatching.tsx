//! Cancels the waiting deliveries that match the filters, after a count.

import { Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { cancelMatching, countWaiting, obstacleOf } from "./queries";
import type { MatchingProps } from "./retryMatching";

export function CancelMatching({ opened, onClose, scope, filter, query }: MatchingProps) {
  const { deliveries } = useMessages();
  const words = deliveries.bulk;
  const format = useFormat();
  const queries = useQueryClient();
  const obstacle = obstacleOf(scope, filter);
  const counted = useQuery({
    queryKey: keys.deliveries.counts(scope, { cancel: query }),
    queryFn: () => countWaiting(scope, query),
    enabled: opened && obstacle === null,
    staleTime: 0,
  });
  const count = counted.data?.count ?? 0;
  const shown = `${format.number(count)}${counted.data?.capped ? "+" : ""}`;
  const cancel = useMutation({
    mutationFn: () => cancelMatching(scope, query),
    onSuccess: (cancelled) => {
      notifications.show({ message: words.cancelled(format.number(cancelled)) });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
  });
  const text =
    obstacle !== null
      ? obstacle === "tenant" ? words.needsTenant : words.needsPlain
      : counted.data === undefined
        ? words.counting
        : count === 0 ? words.cancelNone : words.cancelText(shown);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={words.cancelTitle}
      action={words.cancelAction(shown)}
      destructive
      ready={count > 0}
      pending={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate()}
    >
      {counted.error ? <ProblemNotice error={counted.error} inline /> : <Text aria-live="polite">{text}</Text>}
    </Confirm>
  );
}
