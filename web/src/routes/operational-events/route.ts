//! `/operational-events`: the events that the server itself publishes, and the open one.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { matching } from "@/shared/search";

export interface OperationalEventsSearch {
  type?: string | undefined;
  open?: string | undefined;
}

export const operationalEventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/operational-events",
  validateSearch: (raw: Record<string, unknown>): OperationalEventsSearch => ({
    type: matching(raw, "type", /^postrider(\.[a-z_]{1,40}){1,3}$/),
    open: matching(raw, "open", /^evt_[0-9a-hjkmnp-tv-z]{26}$/),
  }),
  component: lazyRouteComponent(() => import("./page"), "OperationalEventsPage"),
});
