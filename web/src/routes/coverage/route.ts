//! `/coverage`: what the catalog promises beside what is published and subscribed, and what the audited code publishes.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { matching, oneOf } from "@/shared/search";

export const VIEWS = ["live", "code", "roadmap"] as const;
export const LIVE_STATES = ["fine", "never_seen", "broke_schema", "nobody", "unknown", "waiting"] as const;
export const CODE_STATES = ["published", "parallel_only", "dead", "missing", "undefined", "bypass"] as const;

export interface CoverageSearch {
  view?: (typeof VIEWS)[number] | undefined;
  /** A state of the live view or of the code; the other view ignores it. */
  state?: (typeof LIVE_STATES)[number] | (typeof CODE_STATES)[number] | undefined;
  /** Only this type: the link from one view to the other. */
  type?: string | undefined;
}

export const coverageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/coverage",
  validateSearch: (raw: Record<string, unknown>): CoverageSearch => ({
    view: oneOf(raw, "view", VIEWS),
    state: oneOf(raw, "state", [...LIVE_STATES, ...CODE_STATES]),
    type: matching(raw, "type", /^[^\s]{1,200}$/),
  }),
  component: lazyRouteComponent(() => import("./page"), "CoveragePage"),
});
