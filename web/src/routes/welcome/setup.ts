//! What the steps begin with, and the requests that they make.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { createSubscription } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { CreatedSubscription } from "@/api/types";

/** The address of `postrider sink`, the receiver for trying Postrider. */
export const SINK_URL = "http://127.0.0.1:9000/";
export const SINK_COMMAND = "postrider sink --port 9000";
export const TENANT = /^[A-Za-z0-9\-_.:]{1,100}$/;

const NEW_TENANT = "demo";
const PREFERRED_TYPE = "invoice.created";
const UNKNOWN_TYPE = "demo.event";

export function tenantsQuery(enabled: boolean) {
  return queryOptions({
    queryKey: keys.tenants("welcome"),
    queryFn: async () =>
      (await call(api.GET("/api/v1/tenants", { params: { query: { limit: 200 } } }))).map(({ id }) => id),
    enabled,
  });
}

/** The tenant of the screen, else the first one that exists, else a new one. */
export function tenantFor(scope: Scope, existing: string[]): string {
  return scope.tenant ?? existing[0] ?? NEW_TENANT;
}

/** The event type of the first subscription. Without a catalog it receives all types. */
export function patternFor(types: string[]): string {
  return types.includes(PREFERRED_TYPE) ? PREFERRED_TYPE : (types[0] ?? "*");
}

/** The type of the first event: one that the subscription receives, with an example if there is one. */
export function typeFor(patterns: string[], types: string[]): string {
  const named = patterns.find((pattern) => !pattern.includes("*"));
  if (named !== undefined) return named;
  const below = patterns.find((pattern) => pattern.endsWith(".*"))?.slice(0, -1);
  const received = types.filter((type) => below === undefined || type.startsWith(below));
  if (received.includes(PREFERRED_TYPE)) return PREFERRED_TYPE;
  return received[0] ?? (below === undefined ? UNKNOWN_TYPE : `${below}test`);
}

export interface Setup {
  scope: Scope;
  url: string;
  pattern: string;
  /** The tenant has to be created first. */
  newTenant: boolean;
}

export async function setUp({ scope, url, pattern, newTenant }: Setup): Promise<CreatedSubscription> {
  if (newTenant && scope.tenant !== null) {
    await call(api.PUT("/api/v1/tenants/{id}", { params: { path: { id: scope.tenant } }, body: {} }));
  }
  return createSubscription(scope, { url, events: [pattern], profile: "standard" });
}
