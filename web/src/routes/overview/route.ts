//! `/`: the overview.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { oneOf } from "@/shared/search";

export interface OverviewSearch {
  range?: "month" | undefined;
}

export const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): OverviewSearch => ({ range: oneOf(raw, "range", ["month"]) }),
  component: lazyRouteComponent(() => import("./page"), "OverviewPage"),
});
