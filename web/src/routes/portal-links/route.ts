//! `/portal-links`: the list, and the open link.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { flag, matching, oneOf } from "@/shared/search";

export const STATES = ["active", "expired", "revoked"] as const;

export interface PortalLinksSearch {
  state?: (typeof STATES)[number] | undefined;
  open?: string | undefined;
  new?: true | undefined;
}

export const portalLinksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/portal-links",
  validateSearch: (raw: Record<string, unknown>): PortalLinksSearch => ({
    state: oneOf(raw, "state", STATES),
    open: matching(raw, "open", /^pts_[0-9a-hjkmnp-tv-z]{26}$/),
    new: flag(raw, "new"),
  }),
  component: lazyRouteComponent(() => import("./page"), "PortalLinksPage"),
});
