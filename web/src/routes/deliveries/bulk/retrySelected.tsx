//! Resends the selected deliveries, a few at a time.

import { Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { retryDelivery } from "@/actions/delivery";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import type { Row } from "../queries";

/** A retry waits for its attempt, so several run beside each other; a browser allows six connections. */
const AT_ONCE = 4;

interface Props {
  opened: boolean;
  onClose: () => void;
  scope: Scope;
  rows: Row[];
  onClear: () => void;
}

export function RetrySelected({ opened, onClose, scope, rows, onClear }: Props) {
  const { deliveries } = useMessages();
  const words = deliveries.bulk;
  const queries = useQueryClient();
  const resend = useMutation({
    mutationFn: async () => {
      const left = [...rows];
      let failed = 0;
      const work = async () => {
        for (let row = left.pop(); row !== undefined; row = left.pop()) {
          await retryDelivery(scope, row).catch(() => (failed += 1));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return { sent: rows.length - failed, failed };
    },
    onSuccess: ({ sent, failed }) => {
      const parts = [words.retried(sent), failed > 0 ? words.partly(failed) : ""];
      notifications.show({ message: parts.filter(Boolean).join(" "), ...(failed > 0 ? { color: "red" } : {}) });
      onClear();
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={words.retrySelected(rows.length)}
      action={words.retrySelected(rows.length)}
      pending={resend.isPending}
      error={resend.error}
      onConfirm={() => resend.mutate()}
    >
      <Text>{words.retrySelectedText(rows.length)}</Text>
    </Confirm>
  );
}
