//! Requests for single objects that several screens show. Payloads and examples come as raw text, since parsing would
//! round large numbers.

import { queryOptions } from "@tanstack/react-query";
import { memberText, parseJson, toValue } from "@/shared/jsonTree";
import { api, call } from "./client";
import { keys } from "./keys";
import { tenantHeader, type Scope } from "./scope";
import type { Delivery, DeliveryDetail, EventTypeShown, SubscriptionDetail } from "./types";

export function deliveryQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.deliveries.detail(scope, id),
    queryFn: (): Promise<DeliveryDetail> =>
      call(api.GET("/api/v1/webhooks/deliveries/{id}", { params: { path: { id }, header: tenantHeader(scope) } })),
    enabled: scope.tenant !== null,
  });
}

/** The delivery of an event to one subscription; null while there is none. */
export function deliveryOfEventQuery(scope: Scope, eventId: string, subscriptionId: string) {
  const query = { event_id: eventId, subscription_id: subscriptionId, limit: 1 };
  return queryOptions({
    queryKey: keys.deliveries.list(scope, query),
    queryFn: async (): Promise<Delivery | null> => {
      const found = await call(api.GET("/api/v1/webhooks/deliveries", { params: { query, header: tenantHeader(scope) } }));
      return found[0] ?? null;
    },
    enabled: scope.tenant !== null,
    gcTime: 0,
  });
}

export function subscriptionQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.detail(scope, id),
    queryFn: (): Promise<SubscriptionDetail> =>
      call(
        api.GET("/api/v1/webhooks/subscriptions/{id}", {
          params: { path: { id }, query: { backlog: true }, header: tenantHeader(scope) },
        }),
      ),
    enabled: scope.tenant !== null,
  });
}

/** The secrets that sign now. They stay in memory only while they are used. */
export function secretsQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.secret(scope, id),
    queryFn: () =>
      call(
        api.GET("/api/v1/webhooks/subscriptions/{id}/secret", {
          params: { path: { id }, header: tenantHeader(scope) },
        }),
      ),
    gcTime: 0,
    staleTime: 0,
  });
}

export interface EventTypeDetail {
  type: EventTypeShown;
  /** Of `type.schema`, with a number that would be rounded as an `ExactNumber`. */
  schema: unknown;
  /** Raw texts; null without one. */
  schemaText: string | null;
  exampleText: string | null;
}

export function eventTypeQuery(scope: Scope, type: string) {
  return queryOptions({
    queryKey: keys.catalog.detail(scope, type),
    queryFn: async (): Promise<EventTypeDetail> =>
      readEventType(
        await call(
          api.GET("/api/v1/webhooks/events/{event_type}", {
            params: { path: { event_type: type }, header: tenantHeader(scope) },
            parseAs: "text",
          }),
        ),
      ),
    enabled: scope.tenant !== null,
  });
}

export function readEventType(text: string): EventTypeDetail {
  const present = (name: string) => {
    const found = memberText(text, name);
    return found === "null" ? null : found;
  };
  const schemaText = present("schema");
  const parsed = schemaText === null ? null : parseJson(schemaText);
  return {
    type: JSON.parse(text) as EventTypeShown,
    schema: schemaText !== null && parsed?.ok ? toValue(schemaText, parsed.node) : null,
    schemaText,
    exampleText: present("example"),
  };
}

export function payloadQuery(scope: Scope, eventId: string) {
  return queryOptions({
    queryKey: keys.events.payload(scope, eventId),
    queryFn: () =>
      call(
        api.GET("/api/v1/events/{id}/payload", {
          params: { path: { id: eventId }, header: tenantHeader(scope) },
          parseAs: "text",
        }),
      ),
    staleTime: Infinity,
  });
}
