//! `/welcome`: the three steps from nothing to a delivered, verified event. The address keeps what was made already.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ownerOf, rootRoute } from "@/routes/root";
import { matching } from "@/shared/search";

export interface WelcomeSearch {
  subscription?: string | undefined;
  of?: string | undefined;
  /** The published event. */
  event?: string | undefined;
  /** The delivery of a test. */
  delivery?: string | undefined;
}

const ID = /^[A-Za-z0-9_-]{1,100}$/;

export const welcomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/welcome",
  validateSearch: (raw: Record<string, unknown>): WelcomeSearch => ({
    subscription: matching(raw, "subscription", ID),
    of: ownerOf(raw),
    event: matching(raw, "event", ID),
    delivery: matching(raw, "delivery", ID),
  }),
  component: lazyRouteComponent(() => import("./page"), "WelcomePage"),
});
