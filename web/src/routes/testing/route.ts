//! `/testing`: the testing tool, for a subscription and an event type.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ownerOf, rootRoute } from "@/routes/root";
import { matching } from "@/shared/search";

export interface TestingSearch {
  subscription?: string | undefined;
  /** The tenant that owns the subscription, for an operator who looks at all tenants. */
  of?: string | undefined;
  type?: string | undefined;
}

export const testingRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/testing",
  validateSearch: (raw: Record<string, unknown>): TestingSearch => ({
    subscription: matching(raw, "subscription", /^[A-Za-z0-9_-]{1,100}$/),
    of: ownerOf(raw),
    type: matching(raw, "type", /^[A-Za-z0-9_.-]{1,100}$/),
  }),
  component: lazyRouteComponent(() => import("./page"), "TestingPage"),
});
