//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import { rawObject } from "@/api/sending";
import type { Subscription } from "@/api/types";

/** The types that a tenant may subscribe to; there is no list over all tenants. */
export function catalogQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.catalog.list(scope),
    queryFn: async () =>
      (await call(api.GET("/api/v1/webhooks/events", { params: { header: tenantHeader(scope) } }))).events,
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

/** `schema` and `example` are JSON texts, which go as they are; null clears them. */
export interface TypeFields {
  category: string;
  description: string;
  schema: string | null;
  example: string | null;
}

export function registerType(type: string, fields: TypeFields) {
  return call(
    api.POST("/api/v1/webhooks/events", { body: {}, bodySerializer: () => typeText(fields, type), headers: JSON_BODY }),
  );
}

/** Without `force` the server refuses a change that breaks receivers, and says why. */
export function changeType(type: string, fields: TypeFields, force: boolean) {
  return call(
    api.PUT("/api/v1/webhooks/events/{event_type}", {
      params: { path: { event_type: type }, query: { force } },
      body: {},
      bodySerializer: () => typeText(fields),
      headers: JSON_BODY,
    }),
  );
}

const JSON_BODY = { "Content-Type": "application/json" };

export function typeText({ category, description, schema, example }: TypeFields, type?: string): string {
  return rawObject({
    ...(type === undefined ? {} : { event_type: JSON.stringify(type) }),
    category: JSON.stringify(category),
    description: JSON.stringify(description),
    schema: schema ?? "null",
    example: example ?? "null",
  });
}

export function retireType(type: string) {
  return call(api.DELETE("/api/v1/webhooks/events/{event_type}", { params: { path: { event_type: type } } }));
}

/** The first subscriptions that receive the type, and how many there are. */
export function subscribersQuery(scope: Scope, type: string) {
  const query = { event_type: type, limit: 20, count: true };
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, query),
    queryFn: async (): Promise<Page<Subscription>> =>
      toPage(await callWithResponse(api.GET("/api/v1/webhooks/subscriptions", { params: { query, header: tenantHeader(scope) } }))),
    enabled: scope.tenant !== null,
  });
}
