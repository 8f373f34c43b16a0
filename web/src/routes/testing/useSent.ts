//! What this page has sent: kept in memory with the query cache, which a sign-out empties.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { deliveryOfEventQuery, deliveryQuery } from "@/api/objects";
import { narrow, type Scope } from "@/api/scope";
import type { DeliveryDetail } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { serverNow } from "@/shared/clock";

export interface Sent {
  key: string;
  /** Milliseconds since 1970 on the server's clock. */
  at: number;
  kind: "test" | "publish" | "earlier";
  tenant: string | undefined;
  subscriptionId: string;
  url: string;
  type: string;
  eventId: string | null;
  /** Null for a delivery that is found by its event. */
  deliveryId: string | null;
  /** Subscriptions that received a published event. */
  deliveries: number | null;
}

const MOST = 50;
const GIVE_UP_MS = 30_000;

/** The newest first. */
export function useSentList(): { list: Sent[]; add: (sent: Omit<Sent, "key" | "at">) => Sent } {
  const scope = useScope();
  const queries = useQueryClient();
  const key = keys.tests(scope);
  const { data } = useQuery({
    queryKey: key,
    queryFn: (): Sent[] => [],
    initialData: [] as Sent[],
    enabled: false,
    gcTime: Infinity,
  });
  const add = (sent: Omit<Sent, "key" | "at">): Sent => {
    const at = serverNow();
    const whole = { ...sent, at, key: `${at}-${data.length}` };
    queries.setQueryData<Sent[]>(key, (before = []) => [whole, ...before].slice(0, MOST));
    return whole;
  };
  return { list: data, add };
}

export interface SentDelivery {
  scope: Scope;
  delivery: DeliveryDetail | undefined;
  error: unknown;
  /** True when the event has no delivery to the subscription, and none is expected any more. */
  none: boolean;
}

/** The delivery of a send, read again until its first attempt has ended. */
export function useSentDelivery(sent: Sent): SentDelivery {
  const scope = narrow(useScope(), sent.tenant);
  const waits = () => serverNow() - sent.at < GIVE_UP_MS;
  const found = useQuery({
    ...deliveryOfEventQuery(scope, sent.eventId ?? "", sent.subscriptionId),
    enabled: sent.deliveryId === null && sent.eventId !== null,
    refetchInterval: ({ state }) => (!state.data && waits() ? 500 : false),
  });
  const id = sent.deliveryId ?? found.data?.id;
  const delivery = useQuery({
    ...deliveryQuery(scope, id ?? ""),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data?.status === "pending" && waits() ? 500 : false),
  });
  return {
    scope,
    delivery: delivery.data,
    error: delivery.error ?? found.error,
    none: id === undefined && found.data === null && (sent.deliveries === 0 || !waits()),
  };
}
