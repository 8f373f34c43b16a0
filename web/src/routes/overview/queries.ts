//! Requests of the screen. Figures are counts of rows, taken with the very filters that their links have.

import { queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import type { DeliveryCounts, Overview, Stats, Subscription, SubscriptionOfTenant } from "@/api/types";
import { serverNow } from "@/shared/clock";
import { subscriptionState } from "@/shared/status";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const liveQuery = queryOptions({
  queryKey: keys.overview(),
  queryFn: (): Promise<Overview> => call(api.GET("/api/v1/admin/overview")),
  refetchInterval: 5000,
});

export interface Figures {
  /** The time that all counts have in common; links have both instants. */
  after: string;
  before: string;
  counts: DeliveryCounts;
  events: { total: number; capped: boolean };
  stats: Stats;
}

export function figuresQuery(scope: Scope, days: 1 | 30) {
  return queryOptions({
    queryKey: keys.stats(scope, { figures: days }),
    queryFn: async (): Promise<Figures> => {
      const time = timeOf(serverNow(), days);
      const [counts, events, stats] = await Promise.all([
        fetchCounts(scope, time),
        fetchEventCount(scope, time),
        fetchStats(scope, time, days),
      ]);
      return { ...time, counts, events, stats };
    },
    refetchInterval: 30_000,
  });
}

/** Statistics begin at a whole hour or day, so the counts beside them do too. */
export function timeOf(now: number, days: 1 | 30): { after: string; before: string } {
  const unit = days === 1 ? HOUR : DAY;
  const after = Math.floor((now - days * DAY) / unit) * unit;
  return { after: new Date(after).toISOString(), before: new Date(Math.ceil(now)).toISOString() };
}

interface Span {
  after: string;
  before: string;
}

function fetchCounts(scope: Scope, query: Span): Promise<DeliveryCounts> {
  return scope.tenant === null
    ? call(api.GET("/api/v1/admin/deliveries/counts", { params: { query } }))
    : call(api.GET("/api/v1/webhooks/deliveries/counts", { params: { query, header: tenantHeader(scope) } }));
}

async function fetchEventCount(scope: Scope, time: Span) {
  const query = { ...time, limit: 1, count: true };
  const { total, capped } = toPage(
    await callWithResponse(
      scope.tenant === null
        ? api.GET("/api/v1/admin/events", { params: { query } })
        : api.GET("/api/v1/events", { params: { query, header: tenantHeader(scope) } }),
    ),
  );
  return { total: total ?? 0, capped };
}

function fetchStats(scope: Scope, { after: from }: Span, days: 1 | 30): Promise<Stats> {
  const query = { from, step: days === 1 ? ("hour" as const) : ("day" as const) };
  return scope.tenant === null
    ? call(api.GET("/api/v1/admin/stats", { params: { query } }))
    : call(api.GET("/api/v1/webhooks/stats", { params: { query, header: tenantHeader(scope) } }));
}

export interface Trouble {
  /** Null when the screen is of one tenant. */
  tenant: string | null;
  id: string;
  url: string;
  description: string;
  /** A key of the status table `subscription`. */
  state: string;
  since: string | null;
  reason: string | null;
  waiting: number;
  capped: boolean;
}

export interface Troubled {
  failing: Trouble[];
  /** True when more are failing than `failing` has. */
  more: boolean;
  degraded: number;
  moreDegraded: boolean;
}

type Row = Subscription & { tenant_id?: string };

/** The subscriptions that the list shows as failing, and how many are degraded. */
export function troubledQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { troubled: true }),
    queryFn: async (): Promise<Troubled> => {
      const [failing, degraded, backlogs] = await Promise.all([
        fetchByHealth(scope, "failing"),
        fetchByHealth(scope, "degraded"),
        fetchBacklogs(scope),
      ]);
      const waiting = new Map(backlogs.map((backlog) => [backlog.subscription_id, backlog]));
      const troubles = failing.rows.map((row) => troubleOf(row, waiting.get(row.id)));
      return {
        failing: troubles.sort((a, b) => b.waiting - a.waiting),
        more: failing.next !== null,
        degraded: degraded.rows.length,
        moreDegraded: degraded.next !== null,
      };
    },
    refetchInterval: 15_000,
  });
}

function troubleOf(row: Row, backlog: { waiting: number; capped: boolean } | undefined): Trouble {
  return {
    tenant: row.tenant_id ?? null,
    id: row.id,
    url: row.url,
    description: row.description ?? "",
    state: subscriptionState(row),
    since: row.disabled_at ?? row.breaker.since ?? row.health.since,
    reason: row.breaker.reason ?? row.health.reason,
    waiting: backlog?.waiting ?? 0,
    capped: backlog?.capped ?? false,
  };
}

async function fetchByHealth(scope: Scope, health: "failing" | "degraded") {
  const query = { health, limit: 200 };
  return toPage<Row>(
    scope.tenant === null
      ? await callWithResponse<SubscriptionOfTenant[]>(api.GET("/api/v1/admin/subscriptions", { params: { query } }))
      : await callWithResponse<Subscription[]>(
          api.GET("/api/v1/webhooks/subscriptions", { params: { query, header: tenantHeader(scope) } }),
        ),
  );
}

function fetchBacklogs(scope: Scope) {
  return call(api.GET("/api/v1/backlog", { params: { query: { limit: 500 }, header: tenantHeader(scope) } }));
}

export interface Backlog {
  waiting: number;
  capped: boolean;
  oldestAt: string | null;
}

/** The waiting deliveries of one tenant; those of all tenants come with the live view. */
export function backlogQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.deliveries.counts(scope, { backlog: true }),
    queryFn: async (): Promise<Backlog> => {
      const backlogs = await fetchBacklogs(scope);
      const oldest = backlogs.flatMap(({ oldest_at }) => (oldest_at ? [oldest_at] : [])).sort();
      return {
        waiting: backlogs.reduce((sum, { waiting }) => sum + waiting, 0),
        capped: backlogs.length === 500 || backlogs.some(({ capped }) => capped),
        oldestAt: oldest[0] ?? null,
      };
    },
    refetchInterval: 5000,
  });
}

export function backlogOf({ backlog: { waiting, capped, oldest_at: oldest } }: Overview): Backlog {
  return { waiting, capped, oldestAt: oldest ?? null };
}
