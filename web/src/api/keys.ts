//! Every query key. A key begins with the tenant (`*` for all tenants), then the object, then the request.

import type { Scope } from "./scope";
import { keyOf } from "./scope";

type Filter = object;

export const keys = {
  session: ["session"] as const,
  tenants: (search: string) => ["*", "tenants", search] as const,
  settings: ["*", "settings"] as const,
  overview: () => ["*", "overview"] as const,
  stats: (scope: Scope, filter: Filter) => [keyOf(scope), "stats", filter] as const,
  limits: (scope: Scope) => [keyOf(scope), "limits"] as const,
  egress: (scope: Scope) => [keyOf(scope), "egress"] as const,
  eventTypes: (scope: Scope) => [keyOf(scope), "event-types"] as const,
  deliveries: {
    all: (scope: Scope) => [keyOf(scope), "deliveries"] as const,
    list: (scope: Scope, filter: Filter) => [keyOf(scope), "deliveries", "list", filter] as const,
    counts: (scope: Scope, filter: Filter) => [keyOf(scope), "deliveries", "counts", filter] as const,
    details: (scope: Scope) => [keyOf(scope), "deliveries", "detail"] as const,
    detail: (scope: Scope, id: string) => [keyOf(scope), "deliveries", "detail", id] as const,
  },
  subscriptions: {
    all: (scope: Scope) => [keyOf(scope), "subscriptions"] as const,
    list: (scope: Scope, filter: Filter) => [keyOf(scope), "subscriptions", "list", filter] as const,
    detail: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "detail", id] as const,
    secret: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "secret", id] as const,
    receiver: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "receiver", id] as const,
    /** When the old secret ends, after a rotation of this page. */
    rotated: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "rotated", id] as const,
    plan: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "plan", id] as const,
    order: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "order", id] as const,
    trend: (scope: Scope, id: string) => [keyOf(scope), "subscriptions", "trend", id] as const,
    any: (scope: Scope) => [keyOf(scope), "subscriptions", "any"] as const,
    check: (scope: Scope, fields: Filter) => [keyOf(scope), "subscriptions", "check", fields] as const,
    filterTest: (scope: Scope, filter: string, event: Filter | null) => [keyOf(scope), "filter-test", filter, event] as const,
  },
  /** Sends of the testing tool, kept while the page is open. */
  tests: (scope: Scope) => [keyOf(scope), "tests"] as const,
  replays: {
    all: (scope: Scope) => [keyOf(scope), "replays"] as const,
    list: (scope: Scope) => [keyOf(scope), "replays", "list"] as const,
    detail: (scope: Scope, id: string) => [keyOf(scope), "replays", "detail", id] as const,
    preview: (scope: Scope, fields: Filter) => [keyOf(scope), "replays", "preview", fields] as const,
  },
  tenantList: (filter: Filter) => ["*", "tenants", "list", filter] as const,
  tenantDetail: (id: string) => [id, "tenant"] as const,
  tenantDay: () => ["*", "stats", "by-tenant"] as const,
  tenantExtent: (id: string) => [id, "extent"] as const,
  apiKeys: (scope: Scope) => [keyOf(scope), "api-keys"] as const,
  portalLinks: {
    all: () => ["*", "portal-links"] as const,
    list: (filter: Filter) => ["*", "portal-links", "list", filter] as const,
    detail: (id: string) => ["*", "portal-links", "detail", id] as const,
  },
  nodes: {
    ready: () => ["*", "nodes", "ready"] as const,
    store: () => ["*", "nodes", "store"] as const,
    log: () => ["*", "nodes", "log"] as const,
    backlog: () => ["*", "nodes", "backlog"] as const,
  },
  operationalEvents: {
    list: (filter: Filter) => ["_postrider", "events", "operational", filter] as const,
    subscriptions: () => ["_postrider", "subscriptions", "operational"] as const,
  },
  coverage: (scope: Scope) => [keyOf(scope), "coverage"] as const,
  catalog: {
    all: (scope: Scope) => [keyOf(scope), "catalog"] as const,
    list: (scope: Scope) => [keyOf(scope), "catalog", "list"] as const,
    detail: (scope: Scope, type: string) => [keyOf(scope), "catalog", "detail", type] as const,
    misfits: () => ["*", "catalog", "misfits"] as const,
  },
  events: {
    all: (scope: Scope) => [keyOf(scope), "events"] as const,
    list: (scope: Scope, filter: Filter) => [keyOf(scope), "events", "list", filter] as const,
    detail: (scope: Scope, id: string) => [keyOf(scope), "events", "detail", id] as const,
    /** Apart from the events, since reading an event again must not read its payload, which only ever changes by erasure. */
    payload: (scope: Scope, id: string) => [keyOf(scope), "payload", id] as const,
    preview: (scope: Scope, type: string, data: string, channels: string[]) => [keyOf(scope), "event-preview", type, channels, data] as const,
  },
};
