//! Requests of the screen. An operator reads the live view of the installation, a tenant its own subscriptions.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { Overview, Stats, Subscription } from "@/api/types";
import { serverNow } from "@/shared/clock";
import { subscriptionState } from "@/shared/status";

const REFRESH = 5000;

export const liveQuery = queryOptions({
  queryKey: keys.overview(),
  queryFn: (): Promise<Overview> => call(api.GET("/api/v1/admin/overview")),
  refetchInterval: REFRESH,
});

export function statsQuery(scope: Scope, days: 1 | 30) {
  return queryOptions({
    queryKey: keys.stats(scope, { days }),
    queryFn: (): Promise<Stats> => {
      const from = new Date(serverNow() - days * 86_400_000).toISOString();
      const query = { from, step: days === 1 ? ("hour" as const) : ("day" as const) };
      return scope.tenant === null
        ? call(api.GET("/api/v1/admin/stats", { params: { query } }))
        : call(api.GET("/api/v1/webhooks/stats", { params: { query, header: tenantHeader(scope) } }));
    },
    refetchInterval: 30_000,
  });
}

export interface Trouble {
  tenant: string | null;
  id: string;
  url: string;
  /** A key of the status table `subscription`. */
  state: string;
  since: string | null;
  reason: string | null;
  waiting: number;
  capped: boolean;
}

export interface Backlog {
  waiting: number;
  capped: boolean;
  oldestAt: string | null;
}

export interface Situation {
  troubles: Trouble[];
  /** Of all subscriptions, beyond those that `troubles` lists. */
  total: number;
  backlog: Backlog;
}

/** Operators may not ask for single subscriptions of all tenants, so the server's list of troubled ones counts. */
export function situationOf(live: Overview): Situation {
  const troubles = live.troubled
    .filter(({ trouble }) => trouble !== "paused")
    .map((one) => ({
      tenant: one.tenant_id,
      id: one.subscription_id,
      url: one.url,
      state: one.trouble,
      since: one.since ?? null,
      reason: one.reason ?? null,
      waiting: one.waiting,
      capped: one.capped,
    }));
  const counts = Object.entries(live.troubles as Record<string, number>).filter(([name]) => name !== "paused");
  const { waiting, capped, oldest_at: oldest } = live.backlog;
  return {
    troubles,
    total: Math.max(troubles.length, counts.reduce((sum, [, count]) => sum + count, 0)),
    backlog: { waiting, capped, oldestAt: oldest ?? null },
  };
}

export function tenantSituationQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { situation: true }),
    queryFn: async (): Promise<Situation> => {
      const header = tenantHeader(scope);
      const [subscriptions, backlogs] = await Promise.all([
        call(api.GET("/api/v1/webhooks/subscriptions", { params: { query: { limit: 500 }, header } })),
        call(api.GET("/api/v1/backlog", { params: { query: { limit: 200 }, header } })),
      ]);
      const waiting = new Map(backlogs.map((backlog) => [backlog.subscription_id, backlog]));
      const troubles = subscriptions
        .filter(needsAttention)
        .map((subscription): Trouble => {
          const backlog = waiting.get(subscription.id);
          return {
            tenant: scope.tenant,
            id: subscription.id,
            url: subscription.url,
            state: subscriptionState(subscription),
            since: subscription.disabled_at ?? subscription.breaker.since ?? subscription.health.since,
            reason: subscription.breaker.reason ?? subscription.health.reason,
            waiting: backlog?.waiting ?? 0,
            capped: backlog?.capped ?? false,
          };
        })
        .sort((a, b) => b.waiting - a.waiting);
      const oldest = backlogs.flatMap(({ oldest_at }) => (oldest_at ? [oldest_at] : [])).sort();
      return {
        troubles,
        total: troubles.length,
        backlog: {
          waiting: backlogs.reduce((sum, backlog) => sum + backlog.waiting, 0),
          capped: backlogs.some(({ capped }) => capped),
          oldestAt: oldest[0] ?? null,
        },
      };
    },
    refetchInterval: REFRESH,
  });
}

/** A subscription that somebody paused is as it should be. */
function needsAttention(subscription: Subscription): boolean {
  const state = subscriptionState(subscription);
  return state !== "healthy" && state !== "paused";
}
