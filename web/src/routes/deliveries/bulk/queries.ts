//! Requests of bulk actions: what they would touch, and doing it.

import { api, call } from "@/api/client";
import { tenantHeader, type Scope } from "@/api/scope";
import type { DeliveryFilter, DeliveryQuery } from "../filter";
import { hasUnindexed } from "../filter";
import { fetchCounts } from "../queries";

/** Bulk actions know status, type, subscription and time, and work within one tenant. */
export type Obstacle = "tenant" | "filters" | null;

export function obstacleOf(scope: Scope, filter: DeliveryFilter): Obstacle {
  if (scope.tenant === null) return "tenant";
  return hasUnindexed(filter) ? "filters" : null;
}

export interface RetryPlan {
  subscription: string;
  count: number;
  lowerBound: boolean;
}

/** The failed deliveries that match, by subscription. A replay goes to one subscription, so each gets its own. */
export async function planRetries(scope: Scope, query: DeliveryQuery): Promise<RetryPlan[]> {
  const subscriptions = query.subscription_id ? [query.subscription_id] : await failingSubscriptions(scope, query);
  const plans = await Promise.all(
    subscriptions.map(async (subscription) => {
      const preview = await replay(scope, query, subscription, true);
      return { subscription, count: preview.count, lowerBound: preview.count_is_lower_bound };
    }),
  );
  return plans.filter(({ count }) => count > 0);
}

/** Subscriptions with failed deliveries, found by the rows themselves: statistics forget what was sent again. */
async function failingSubscriptions(scope: Scope, query: DeliveryQuery): Promise<string[]> {
  const all = await call(
    api.GET("/api/v1/webhooks/subscriptions", { params: { query: { limit: 200 }, header: tenantHeader(scope) } }),
  );
  const counted = await Promise.all(
    all.map(async ({ id }) => {
      const counts = await fetchCounts(scope, { ...query, subscription_id: id, status: "failed" });
      return { id, failed: counts.deliveries };
    }),
  );
  return counted.filter(({ failed }) => failed > 0).map(({ id }) => id);
}

export function replay(scope: Scope, query: DeliveryQuery, subscription: string, dryRun: boolean) {
  return call(
    api.POST("/api/v1/webhooks/replays", {
      params: { header: tenantHeader(scope) },
      body: {
        subscription_id: subscription,
        event_types: query.event_type ? [query.event_type] : null,
        after: query.after ?? null,
        before: query.before ?? null,
        statuses: query.status === "disabled" ? ["disabled"] : ["failed"],
        dry_run: dryRun,
      },
    }),
  );
}

/** Counts the waiting deliveries that match. */
export async function countWaiting(scope: Scope, query: DeliveryQuery): Promise<{ count: number; capped: boolean }> {
  const statuses = waitingStatuses(query);
  const counts = await Promise.all(statuses.map((status) => fetchCounts(scope, { ...query, status })));
  return {
    count: counts.reduce((sum, { deliveries }) => sum + deliveries, 0),
    capped: counts.some(({ capped }) => capped),
  };
}

function waitingStatuses({ status }: DeliveryQuery): ("pending" | "retrying")[] {
  return status === "pending" || status === "retrying" ? [status] : ["pending", "retrying"];
}

/** Cancels until nothing is left; the server ends a call after 100,000. */
export async function cancelMatching(scope: Scope, query: DeliveryQuery): Promise<number> {
  let cancelled = 0;
  for (;;) {
    const answer = await call(
      api.POST("/api/v1/webhooks/deliveries/cancel", {
        params: { header: tenantHeader(scope) },
        body: {
          subscription_id: query.subscription_id ?? null,
          event_types: query.event_type ? [query.event_type] : null,
          after: query.after ?? null,
          before: query.before ?? null,
          statuses: waitingStatuses(query),
        },
      }),
    );
    cancelled += answer.cancelled;
    if (!answer.more) return cancelled;
  }
}
