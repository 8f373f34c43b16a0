//! Requests for single objects that several screens show. Payloads and examples come as raw text, since parsing would
//! round large numbers.

import { queryOptions } from "@tanstack/react-query";
import { memberText, parseJson, toValue } from "@/shared/jsonTree";
import { api, call } from "./client";
import { keys } from "./keys";
import { tenantHeader, type Scope } from "./scope";
import type { Delivery, DeliveryDetail, EventTypeShown, SubscriptionCheck, SubscriptionDetail, SubscriptionFields } from "./types";

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

/** The payload as raw text. It stays in memory only while it is shown, so that none outlives its erasure. */
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
    gcTime: 0,
    staleTime: Infinity,
  });
}

export interface Checkable {
  url: string;
  profile: NonNullable<SubscriptionFields["profile"]>;
  headers: Record<string, string>;
  transformation?: SubscriptionFields["transformation"];
  request?: SubscriptionFields["request"];
  batching?: SubscriptionFields["batching"];
  payload?: SubscriptionFields["payload"];
  event_type?: string;
}

/** The URL and address policy with DNS, and the exact request; nothing is sent. */
export function checkQuery(scope: Scope, fields: Checkable) {
  return queryOptions({
    queryKey: keys.subscriptions.check(scope, fields),
    queryFn: (): Promise<SubscriptionCheck> =>
      call(
        api.POST("/api/v1/webhooks/subscriptions/check", {
          params: { header: tenantHeader(scope) },
          body: { ...fields, headers: fields.headers as Record<string, never> },
        }),
      ),
    enabled: fields.url !== "" && scope.tenant !== null,
    staleTime: 30_000,
    retry: false,
  });
}

export function createSubscription(scope: Scope, body: SubscriptionFields) {
  return call(api.POST("/api/v1/webhooks/subscriptions", { params: { header: tenantHeader(scope) }, body }));
}

/** Whether there is a subscription at all: in the whole installation for an operator, else in the tenant. */
export function anySubscriptionQuery(scope: Scope) {
  const query = { limit: 1 };
  const all: Scope = scope.named ? { tenant: null, named: true } : scope;
  return queryOptions({
    queryKey: keys.subscriptions.any(all),
    queryFn: async (): Promise<boolean> => {
      const found = await (scope.named
        ? call(api.GET("/api/v1/admin/subscriptions", { params: { query } }))
        : call(api.GET("/api/v1/webhooks/subscriptions", { params: { query } })));
      return found.length > 0;
    },
  });
}
