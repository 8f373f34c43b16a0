//! The delivery of something that was sent a moment ago, read again until its first attempt has ended.

import { useQuery } from "@tanstack/react-query";
import { deliveryOfEventQuery, deliveryQuery } from "@/api/objects";
import { narrow, type Scope } from "@/api/scope";
import type { DeliveryDetail } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { serverNow } from "./clock";

export interface Expected {
  /** Milliseconds since 1970 on the server's clock. */
  at: number;
  tenant: string | undefined;
  subscriptionId: string;
  eventId: string | null;
  /** Null for a delivery that is found by its event. */
  deliveryId: string | null;
  /** Subscriptions that received a published event. */
  deliveries: number | null;
}

const GIVE_UP_MS = 30_000;

export interface SentDelivery {
  scope: Scope;
  delivery: DeliveryDetail | undefined;
  error: unknown;
  /** True when the event has no delivery to the subscription, and none is expected any more. */
  none: boolean;
}

export function useSentDelivery(sent: Expected): SentDelivery {
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
