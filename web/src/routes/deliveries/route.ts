//! `/deliveries`: the list with its filters, and the open delivery.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { parseDeliverySearch } from "./filter";

export const deliveriesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/deliveries",
  validateSearch: parseDeliverySearch,
  component: lazyRouteComponent(() => import("./page"), "DeliveriesPage"),
});
