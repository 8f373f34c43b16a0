//! Requests of the screen.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { retryDelivery } from "@/actions/delivery";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import { previewRaw } from "@/api/sending";
import type { Delivery, PublishedEvent, Subscription } from "@/api/types";

export type Choice = Subscription & { tenant_id?: string };

/** The newest subscriptions whose URL contains the text. */
export function choicesQuery(scope: Scope, url: string) {
  const query = { limit: 50, url: url === "" ? undefined : url };
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { choose: url }),
    queryFn: ({ signal }): Promise<Choice[]> =>
      scope.tenant === null
        ? call(api.GET("/api/v1/admin/subscriptions", { params: { query }, signal }))
        : call(api.GET("/api/v1/webhooks/subscriptions", { params: { query, header: tenantHeader(scope) }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function previewQuery(scope: Scope, type: string, data: string, channels: string[]) {
  return queryOptions({
    queryKey: keys.events.preview(scope, type, data, channels),
    queryFn: ({ signal }) => previewRaw(scope, type, data, { channels }, signal),
    placeholderData: keepPreviousData,
    retry: false,
    // Payloads may be large: one that was edited away is not kept.
    gcTime: 1000,
  });
}

const EVENTS = 25;

export async function fetchEvents(scope: Scope, type: string, cursor: string | null): Promise<Page<PublishedEvent>> {
  const query = { limit: EVENTS, type: type === "" ? undefined : type, cursor: cursor ?? undefined };
  return toPage(await callWithResponse(api.GET("/api/v1/events", { params: { query, header: tenantHeader(scope) } })));
}

/** A replay would send more than this event: others of its type were accepted in the same millisecond. */
export class NotAlone extends Error {}

export interface Earlier {
  eventId: string;
  /** Null for an event that a replay is about to deliver. */
  deliveryId: string | null;
}

/** Sends an event to one subscription: its delivery again, or by a replay of this event alone when it has none. */
export async function sendEarlier(scope: Scope, subscriptionId: string, event: PublishedEvent): Promise<Earlier> {
  const delivery = await deliveryTo(scope, subscriptionId, event);
  if (delivery !== null) {
    if (delivery.status !== "pending") await retryDelivery(scope, delivery);
    return { eventId: event.id, deliveryId: delivery.id };
  }
  const selection = {
    subscription_id: subscriptionId,
    event_types: [event.type],
    statuses: ["missed" as const],
    after: event.created_at,
    before: new Date(Date.parse(event.created_at) + 1).toISOString(),
  };
  const replay = (body: typeof selection & { dry_run?: boolean }) =>
    call(api.POST("/api/v1/webhooks/replays", { params: { header: tenantHeader(scope) }, body }));
  const preview = await replay({ ...selection, dry_run: true });
  const alone = "sample" in preview && preview.count === 1 && preview.sample[0]?.event_id === event.id;
  if (!alone) throw new NotAlone();
  await replay(selection);
  return { eventId: event.id, deliveryId: null };
}

/** An event of a list has its first deliveries only. */
export async function deliveryTo(scope: Scope, subscriptionId: string, event: PublishedEvent): Promise<Delivery | null> {
  const listed = event.deliveries.find(({ subscription_id: id }) => id === subscriptionId);
  if (listed !== undefined || event.delivery_count <= event.deliveries.length) return listed ?? null;
  const query = { event_id: event.id, subscription_id: subscriptionId, limit: 1 };
  const found = await call(api.GET("/api/v1/webhooks/deliveries", { params: { query, header: tenantHeader(scope) } }));
  return found[0] ?? null;
}
