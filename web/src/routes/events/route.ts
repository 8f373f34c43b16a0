//! `/events`: the list with its filters, and the open event.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { parseEventsSearch } from "./filter";

export const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events",
  validateSearch: parseEventsSearch,
  component: lazyRouteComponent(() => import("./page"), "EventsPage"),
});
