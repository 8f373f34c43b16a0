//! `/coverage`: what the catalog promises beside what is published and subscribed.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";

export const coverageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/coverage",
  component: lazyRouteComponent(() => import("./page"), "CoveragePage"),
});
