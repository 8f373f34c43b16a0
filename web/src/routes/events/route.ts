//! `/events`: the list with its filters, and the open event.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { ownerOf, rootRoute } from "@/routes/root";
import { matching, oneOf, since, text } from "@/shared/search";

export const RANGES = ["1h", "24h", "7d", "30d"] as const;

export interface EventsSearch {
  type?: string | undefined;
  since?: string | undefined;
  open?: string | undefined;
  of?: string | undefined;
  view?: "payload" | "deliveries" | undefined;
}

export const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events",
  validateSearch: (raw: Record<string, unknown>): EventsSearch => ({
    type: matching(raw, "type", /^[A-Za-z0-9_.-]{1,100}$/),
    since: since(raw, "since"),
    open: text(raw, "open", 200),
    of: ownerOf(raw),
    view: oneOf(raw, "view", ["payload", "deliveries"]),
  }),
  component: lazyRouteComponent(() => import("./page"), "EventsPage"),
});
