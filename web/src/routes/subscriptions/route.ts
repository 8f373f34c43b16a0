//! `/subscriptions`: the list, one subscription with its tabs, and the form that creates or changes one.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ownerOf, rootRoute } from "@/routes/root";
import { flag, matching, oneOf, text } from "@/shared/search";

export const STATES = ["active", "inactive"] as const;
export const HEALTH = ["healthy", "degraded", "failing"] as const;
export const TABS = ["overview", "settings", "secret", "code", "breaker"] as const;

export interface SubscriptionsSearch {
  state?: (typeof STATES)[number] | undefined;
  health?: (typeof HEALTH)[number] | undefined;
  type?: string | undefined;
  url?: string | undefined;
}

export interface SubscriptionSearch {
  of?: string | undefined;
  tab?: (typeof TABS)[number] | undefined;
  /** The subscription was created a moment ago. */
  created?: true | undefined;
}

type Raw = Record<string, unknown>;

export const subscriptionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions",
  validateSearch: (raw: Raw): SubscriptionsSearch => ({
    state: oneOf(raw, "state", STATES),
    health: oneOf(raw, "health", HEALTH),
    type: matching(raw, "type", /^[A-Za-z0-9_.-]{1,100}$/),
    url: text(raw, "url"),
  }),
  component: lazyRouteComponent(() => import("./page"), "SubscriptionsPage"),
});

export const newSubscriptionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions/new",
  component: lazyRouteComponent(() => import("./form/page"), "NewSubscriptionPage"),
});

export const subscriptionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions/$id",
  validateSearch: (raw: Raw): SubscriptionSearch => ({
    of: ownerOf(raw),
    tab: oneOf(raw, "tab", TABS),
    created: flag(raw, "created"),
  }),
  component: lazyRouteComponent(() => import("./detail/page"), "SubscriptionPage"),
});

export const editSubscriptionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions/$id/edit",
  validateSearch: (raw: Raw): { of?: string | undefined } => ({ of: ownerOf(raw) }),
  component: lazyRouteComponent(() => import("./form/page"), "EditSubscriptionPage"),
});
