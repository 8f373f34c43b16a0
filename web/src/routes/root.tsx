//! The root of all routes: the frame around every screen, the host's on a portal link, and the tenant in the address.

import { createRootRoute, lazyRouteComponent, retainSearchParams } from "@tanstack/react-router";
import { Frame } from "@/frame/Frame";
import { portalLink } from "@/portal/link";
import { matching } from "@/shared/search";

export interface RootSearch {
  /** The tenant that an operator looks at; absent for all tenants. */
  tenant?: string | undefined;
}

const TENANT = /^[A-Za-z0-9\-_.:]{1,100}$/;

export const rootRoute = createRootRoute({
  validateSearch: (raw: Record<string, unknown>): RootSearch => ({ tenant: matching(raw, "tenant", TENANT) }),
  search: { middlewares: [retainSearchParams(["tenant"])] },
  component: portalLink === null ? Frame : lazyRouteComponent(() => import("@/portal/PortalFrame"), "PortalFrame"),
});

/** The tenant that owns an object of a list over all tenants, beside the object's id in the address. */
export function ownerOf(raw: Record<string, unknown>): string | undefined {
  return matching(raw, "of", TENANT);
}
