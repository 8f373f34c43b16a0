//! `/tenants`: the list, and the open tenant.

import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@/routes/root";
import { flag, matching, text } from "@/shared/search";

export const TENANT_ID = /^[A-Za-z0-9\-_.:]{1,100}$/;

export interface TenantsSearch {
  text?: string | undefined;
  open?: string | undefined;
  new?: true | undefined;
}

export const tenantsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/tenants",
  validateSearch: (raw: Record<string, unknown>): TenantsSearch => ({
    text: text(raw, "text", 200),
    open: matching(raw, "open", TENANT_ID),
    new: flag(raw, "new"),
  }),
  component: lazyRouteComponent(() => import("./page"), "TenantsPage"),
});
