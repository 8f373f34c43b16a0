//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import type { BlockingDelivery, Subscription, SubscriptionFields, SubscriptionOfTenant, SubscriptionOrder } from "@/api/types";
import { serverNow } from "@/shared/clock";
import { nodeAt, parseJson } from "@/shared/jsonTree";
import type { SubscriptionsSearch } from "./route";

export { checkQuery, createSubscription, subscriptionQuery, type Checkable } from "@/api/objects";

export type Row = Subscription & { tenant_id?: string };

export function toQuery({ state, health, type, url }: SubscriptionsSearch) {
  return {
    is_active: state === undefined ? undefined : state === "active",
    health,
    event_type: type,
    url,
  };
}

interface PageRequest {
  limit: number;
  offset?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

export async function fetchSubscriptions(
  scope: Scope,
  search: SubscriptionsSearch,
  page: PageRequest,
  signal?: AbortSignal,
): Promise<Page<Row>> {
  const query = { ...toQuery(search), ...page };
  if (scope.tenant === null) {
    return toPage<SubscriptionOfTenant>(
      await callWithResponse(api.GET("/api/v1/admin/subscriptions", { params: { query }, signal })),
    );
  }
  return toPage<Subscription>(
    await callWithResponse(
      api.GET("/api/v1/webhooks/subscriptions", { params: { query, header: tenantHeader(scope) }, signal }),
    ),
  );
}

const COUNTED = 100;

/** How many are failing; the server finds them in bounded walks, so more than a page are not counted. */
export function failingQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { failing: true }),
    queryFn: async ({ signal }) => {
      const { rows, next } = await fetchSubscriptions(scope, { health: "failing" }, { limit: COUNTED }, signal);
      return { count: rows.length, more: next !== null };
    },
  });
}

/** Statistics of one subscription, by the hour of the last day or by the day of the last month. */
export function statsQuery(scope: Scope, id: string, days: 1 | 30) {
  return queryOptions({
    queryKey: [...keys.subscriptions.trend(scope, id), days],
    queryFn: () => {
      const from = new Date(serverNow() - days * 86_400_000).toISOString();
      return call(
        api.GET("/api/v1/webhooks/subscriptions/{id}/stats", {
          params: {
            path: { id },
            query: { from, step: days === 1 ? "hour" : "day" },
            header: tenantHeader(scope),
          },
        }),
      );
    },
    enabled: scope.tenant !== null,
    staleTime: 60_000,
  });
}

export function planQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.plan(scope, id),
    queryFn: () =>
      call(
        api.GET("/api/v1/webhooks/subscriptions/{id}/retry-schedule", {
          params: { path: { id }, header: tenantHeader(scope) },
        }),
      ),
  });
}

export interface Order extends Pick<SubscriptionOrder, "ordered"> {
  blocking: Blocking[];
}

/** `keyText` is the key as JSON, since parsing would round large numbers; null without one. */
export type Blocking = BlockingDelivery & { keyText: string | null };

/** What blocks is asked for at intervals and not at each message of the stream: the answer counts what waits behind each delivery. */
export function orderQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.order(scope, id),
    queryFn: async (): Promise<Order> =>
      readOrder(
        await call(
          api.GET("/api/v1/webhooks/subscriptions/{id}/order", {
            params: { path: { id }, header: tenantHeader(scope) },
            parseAs: "text",
          }),
        ),
      ),
    refetchInterval: ({ state: { data } }) => (data && (data.ordered || data.blocking.length > 0) ? 5000 : false),
  });
}

export function readOrder(text: string): Order {
  const { ordered = null, blocking } = JSON.parse(text) as SubscriptionOrder;
  const parsed = parseJson(text);
  const keyOf = (index: number): string | null => {
    if (!parsed.ok) return null;
    const { kind, start, end } = nodeAt(parsed.node, `/blocking/${index}/key`);
    const key = text.slice(start, end);
    return kind === "object" || key === "null" ? null : key;
  };
  return { ordered, blocking: blocking.map((one, index) => ({ ...one, keyText: keyOf(index) })) };
}

export function secretQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.secret(scope, id),
    queryFn: () =>
      call(
        api.GET("/api/v1/webhooks/subscriptions/{id}/secret", {
          params: { path: { id }, header: tenantHeader(scope) },
        }),
      ),
    // A secret stays in memory only while it is shown.
    gcTime: 0,
    staleTime: 0,
  });
}

export function changeSubscription(scope: Scope, id: string, body: SubscriptionFields) {
  return call(
    api.PATCH("/api/v1/webhooks/subscriptions/{id}", {
      params: { path: { id }, header: tenantHeader(scope) },
      body,
    }),
  );
}
