//! The root of all routes: the frame around every screen, and the tenant in the address.

import { createRootRoute, retainSearchParams } from "@tanstack/react-router";
import { Frame } from "@/frame/Frame";
import { matching } from "@/shared/search";

export interface RootSearch {
  /** The tenant that an operator looks at; absent for all tenants. */
  tenant?: string | undefined;
}

const TENANT = /^[A-Za-z0-9\-_.:]{1,100}$/;

export const rootRoute = createRootRoute({
  validateSearch: (raw: Record<string, unknown>): RootSearch => ({ tenant: matching(raw, "tenant", TENANT) }),
  search: { middlewares: [retainSearchParams(["tenant"])] },
  component: Frame,
});

/** The tenant that owns an object of a list over all tenants, beside the object's id in the address. */
export function ownerOf(raw: Record<string, unknown>): string | undefined {
  return matching(raw, "of", TENANT);
}
