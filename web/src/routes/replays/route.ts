//! `/replays`: the list, the open replay, and the form of a new one.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { flag, matching } from "@/shared/search";

export interface ReplaysSearch {
  open?: string | undefined;
  /** The form of a new replay is open, perhaps for this subscription. */
  new?: true | undefined;
  subscription?: string | undefined;
}

export const replaysRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/replays",
  validateSearch: (raw: Record<string, unknown>): ReplaysSearch => ({
    open: matching(raw, "open", /^rpl_[0-9a-hjkmnp-tv-z]{26}$/),
    new: flag(raw, "new"),
    subscription: matching(raw, "subscription", /^sub_[0-9a-hjkmnp-tv-z]{26}$/),
  }),
  component: lazyRouteComponent(() => import("./page"), "ReplaysPage"),
});
