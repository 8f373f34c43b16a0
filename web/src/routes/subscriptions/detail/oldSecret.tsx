//! The old secret after a rotation. The subscription names its end only to sessions that may read secrets, so
//! the page keeps what the rotation answered.

import { Text } from "@mantine/core";
import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";

/** The last rotation of a subscription by this page. `until` is null when the old secret ended with it. */
export interface Rotation {
  until: string | null;
}

export function rotationQuery(scope: Scope, id: string) {
  return queryOptions<Rotation>({ queryKey: keys.subscriptions.rotated(scope, id), queryFn: skipToken, gcTime: Infinity });
}

export function OldSecret({ scope, id }: { scope: Scope; id: string }) {
  const rotation = useQuery(rotationQuery(scope, id)).data;
  return rotation === undefined ? null : <Until rotation={rotation} />;
}

export function Until({ rotation: { until } }: { rotation: Rotation }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.secret;
  const format = useFormat();
  return <Text>{until === null ? words.oldEnded : words.oldSigns(format.dateTime(until))}</Text>;
}
