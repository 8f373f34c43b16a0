//! Choices of filters and forms: event types and subscriptions of a scope.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "./client";
import { keys } from "./keys";
import { tenantHeader, type Scope } from "./scope";
import type { Subscription } from "./types";

export function eventTypesQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.eventTypes(scope),
    queryFn: async () =>
      (await call(api.GET("/api/v1/webhooks/events", { params: { header: tenantHeader(scope) } }))).events,
    // The catalog of one tenant has its own types too; there is none of all tenants.
    enabled: scope.tenant !== null,
    staleTime: 60_000,
  });
}

/** The newest 200 subscriptions, for choosing one; the list screen has all. */
export function subscriptionChoicesQuery(scope: Scope) {
  const query = { limit: 200 };
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { choices: true }),
    queryFn: (): Promise<Subscription[]> =>
      scope.tenant === null
        ? call(api.GET("/api/v1/admin/subscriptions", { params: { query } }))
        : call(api.GET("/api/v1/webhooks/subscriptions", { params: { query, header: tenantHeader(scope) } })),
    staleTime: 60_000,
  });
}
