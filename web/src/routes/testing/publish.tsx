//! The confirmation before a real event is published: how many subscriptions receive it, and which.

import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Scope } from "@/api/scope";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { Confirm } from "@/shared/Confirm";
import { Url } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { previewQuery } from "./queries";
import classes from "./testing.module.css";

const NAMED = 5;

interface Props {
  scope: Scope;
  type: string;
  data: string;
  channels: string[];
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function PublishConfirm({ scope, type, data, channels, pending, error, onConfirm, onClose }: Props) {
  const words = useWords({ en: english, es: spanish }).publish;
  const format = useFormat();
  const query = useQuery({ ...previewQuery(scope, type, data, channels), staleTime: 0 });
  const preview = query.isPlaceholderData ? undefined : query.data;
  const count = preview?.deliveries ?? 0;
  const receivers = (preview?.matches ?? []).filter(({ matches }) => matches);
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.title}
      action={words.action}
      ready={preview !== undefined}
      pending={pending}
      error={error ?? query.error}
      onConfirm={onConfirm}
    >
      {preview && (
        <Stack gap="sm">
          <Text>{count === 0 ? words.nobody : words.text(format.number(count), count === 1)}</Text>
          <ul className={classes.receivers}>
            {receivers.slice(0, NAMED).map(({ subscription_id: id, url }) => (
              <li key={id}>
                <Url address={url} />
              </li>
            ))}
            {count > NAMED && <li>{words.more(format.number(count - NAMED))}</li>}
          </ul>
        </Stack>
      )}
    </Confirm>
  );
}
