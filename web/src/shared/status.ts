//! The one table of statuses: word, shape and tone for each value of the API, and for values that this version does
//! not know.

import type { Messages } from "@/messages/en";

export type Tone = "good" | "warn" | "bad" | "idle" | "accent";
export type Shape = "dot" | "retry" | "cross" | "pause" | "ring" | "half" | "stop" | "question" | "check";

export interface StatusLook {
  word: (messages: Messages["status"]) => string;
  shape: Shape;
  tone: Tone;
}

const look = (word: StatusLook["word"], shape: Shape, tone: Tone): StatusLook => ({ word, shape, tone });

export const STATUSES = {
  delivery: {
    pending: look((m) => m.waiting, "ring", "idle"),
    success: look((m) => m.delivered, "dot", "good"),
    failed: look((m) => m.failed, "cross", "bad"),
    retrying: look((m) => m.retrying, "retry", "warn"),
    disabled: look((m) => m.gone, "stop", "bad"),
  },
  health: {
    healthy: look((m) => m.healthy, "dot", "good"),
    degraded: look((m) => m.degraded, "half", "warn"),
    failing: look((m) => m.failing, "cross", "bad"),
  },
  /** A subscription's own state comes before the health of its receiver. */
  subscription: {
    paused: look((m) => m.paused, "pause", "idle"),
    disabled: look((m) => m.disabled, "stop", "bad"),
    limited: look((m) => m.limited, "half", "warn"),
    healthy: look((m) => m.healthy, "dot", "good"),
    degraded: look((m) => m.degraded, "half", "warn"),
    failing: look((m) => m.failing, "cross", "bad"),
    breaker_open: look((m) => m.breakerOpen, "cross", "bad"),
    breaker_half_open: look((m) => m.breakerProbing, "half", "warn"),
  },
  breaker: {
    closed: look((m) => m.breakerClosed, "dot", "good"),
    open: look((m) => m.breakerOpen, "cross", "bad"),
    half_open: look((m) => m.breakerProbing, "half", "warn"),
  },
  replay: {
    running: look((m) => m.running, "retry", "accent"),
    paused: look((m) => m.paused, "pause", "idle"),
    completed: look((m) => m.replay.completed, "check", "good"),
    cancelled: look((m) => m.replay.cancelled, "stop", "idle"),
    failed: look((m) => m.replay.failed, "cross", "bad"),
  },
  node: {
    live: look((m) => m.live, "dot", "good"),
    left: look((m) => m.left, "ring", "idle"),
    lost: look((m) => m.lost, "cross", "bad"),
    paused: look((m) => m.paused, "pause", "warn"),
  },
  /** Checks of a node's readiness. */
  check: {
    ok: look((m) => m.ok, "dot", "good"),
    failed: look((m) => m.failed, "cross", "bad"),
  },
  /** Portal links. */
  link: {
    active: look((m) => m.active, "dot", "good"),
    expired: look((m) => m.expired, "ring", "idle"),
    revoked: look((m) => m.revoked, "stop", "idle"),
  },
  /** Events that the server itself publishes. */
  operational: {
    "postrider.subscription.created": look((m) => m.operational.created, "ring", "idle"),
    "postrider.subscription.updated": look((m) => m.operational.updated, "ring", "idle"),
    "postrider.subscription.deleted": look((m) => m.operational.deleted, "stop", "idle"),
    "postrider.subscription.secret_rotated": look((m) => m.operational.rotated, "retry", "idle"),
    "postrider.subscription.disabled": look((m) => m.operational.disabled, "stop", "bad"),
    "postrider.subscription.failing": look((m) => m.operational.failing, "half", "warn"),
    "postrider.subscription.recovered": look((m) => m.operational.recovered, "dot", "good"),
    "postrider.delivery.exhausted": look((m) => m.operational.exhausted, "cross", "bad"),
    "postrider.breaker.opened": look((m) => m.breakerOpen, "cross", "bad"),
    "postrider.breaker.closed": look((m) => m.breakerClosed, "dot", "good"),
    "postrider.tenant.limit_reached": look((m) => m.operational.limit, "half", "warn"),
  },
  /** What a replay selects: states of deliveries, and events without one. */
  replayed: {
    failed: look((m) => m.failed, "cross", "bad"),
    exhausted: look((m) => m.exhausted, "cross", "bad"),
    cancelled: look((m) => m.cancelled, "stop", "idle"),
    disabled: look((m) => m.gone, "stop", "bad"),
    success: look((m) => m.delivered, "dot", "good"),
    retrying: look((m) => m.retrying, "retry", "warn"),
    missed: look((m) => m.missed, "ring", "idle"),
  },
} as const satisfies Record<string, Record<string, StatusLook>>;

export type StatusKind = keyof typeof STATUSES;

export function statusLook(kind: StatusKind, value: string): StatusLook {
  const table: Record<string, StatusLook> = STATUSES[kind];
  const known = Object.hasOwn(table, value) ? table[value] : undefined;
  return known ?? look((m) => m.unknown(value), "question", "idle");
}

interface SubscriptionState {
  is_active: boolean;
  disabled_reason?: string | null | undefined;
  health: { state: string };
  breaker: { state: string };
}

/** The key of `STATUSES.subscription` that says most about a subscription. */
export function subscriptionState(subscription: SubscriptionState): string {
  if (subscription.disabled_reason) return "disabled";
  if (!subscription.is_active) return "paused";
  if (subscription.breaker.state === "open") return "breaker_open";
  if (subscription.breaker.state === "half_open") return "breaker_half_open";
  return subscription.health.state;
}

/** The key of `STATUSES.node`: a live node whose deliveries are paused sends nothing. */
export function nodeState({ state, paused }: { state: string; paused: boolean }): string {
  return state === "live" && paused ? "paused" : state;
}
