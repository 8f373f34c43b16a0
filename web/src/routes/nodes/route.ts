//! `/nodes`: the nodes of the installation, its store, and the log.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";

export const nodesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/nodes",
  component: lazyRouteComponent(() => import("./page"), "NodesPage"),
});
