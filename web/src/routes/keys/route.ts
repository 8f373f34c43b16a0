//! `/keys`: the keys of a tenant, and the open one.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { flag, matching } from "@/shared/search";

export interface KeysSearch {
  open?: string | undefined;
  new?: true | undefined;
}

export const keysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/keys",
  validateSearch: (raw: Record<string, unknown>): KeysSearch => ({
    open: matching(raw, "open", /^key_[0-9a-hjkmnp-tv-z]{26}$/),
    new: flag(raw, "new"),
  }),
  component: lazyRouteComponent(() => import("./page"), "KeysPage"),
});
