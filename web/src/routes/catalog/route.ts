//! `/catalog`: the event types, and the open one.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { matching, text } from "@/shared/search";

export interface CatalogSearch {
  text?: string | undefined;
  open?: string | undefined;
}

export const catalogRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/catalog",
  validateSearch: (raw: Record<string, unknown>): CatalogSearch => ({
    text: text(raw, "text", 100),
    open: matching(raw, "open", /^[A-Za-z0-9_.-]{1,100}$/),
  }),
  component: lazyRouteComponent(() => import("./page"), "CatalogPage"),
});
