//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { EventTypeFields } from "@/api/types";

/** The types that a tenant may subscribe to; there is no list over all tenants. */
export function catalogQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.catalog.list(scope),
    queryFn: async () =>
      (await call(api.GET("/api/v1/webhooks/events", { params: { header: tenantHeader(scope) } }))).events,
    enabled: scope.tenant !== null,
  });
}

export function typeQuery(scope: Scope, type: string) {
  return queryOptions({
    queryKey: keys.catalog.detail(scope, type),
    queryFn: () =>
      call(
        api.GET("/api/v1/webhooks/events/{event_type}", {
          params: { path: { event_type: type }, header: tenantHeader(scope) },
        }),
      ),
    enabled: scope.tenant !== null,
  });
}

/** For the operator. */
export function misfitsQuery(enabled: boolean) {
  return queryOptions({
    queryKey: keys.catalog.misfits(),
    queryFn: () => call(api.GET("/api/v1/webhooks/events/misfits")),
    enabled,
  });
}

export function registerType(body: EventTypeFields) {
  return call(api.POST("/api/v1/webhooks/events", { body }));
}

/** Without `force` the server refuses a change that breaks receivers, and says why. */
export function changeType(type: string, body: EventTypeFields, force: boolean) {
  return call(
    api.PUT("/api/v1/webhooks/events/{event_type}", {
      params: { path: { event_type: type }, query: { force } },
      body,
    }),
  );
}

export function retireType(type: string) {
  return call(api.DELETE("/api/v1/webhooks/events/{event_type}", { params: { path: { event_type: type } } }));
}
