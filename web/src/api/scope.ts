//! The scope of a screen: one tenant, or all of them for an operator.

import type { Session } from "./types";

/** `tenant` is null for all tenants. `named` tells whether requests must name the tenant in a header. */
export interface Scope {
  tenant: string | null;
  named: boolean;
}

export function scopeOf(session: Session, tenant: string | undefined): Scope {
  if (session.kind !== "operator") return { tenant: session.tenant_id ?? null, named: false };
  return { tenant: tenant ?? null, named: true };
}

/** The scope narrowed to the tenant that owns an object; the scope itself when `of` is absent. */
export function narrow(scope: Scope, of: string | undefined | null): Scope {
  return scope.named && of ? { tenant: of, named: true } : scope;
}

/** The header parameter of tenant routes. */
export function tenantHeader(scope: Scope): { "X-Tenant-Id"?: string } {
  return scope.named && scope.tenant !== null ? { "X-Tenant-Id": scope.tenant } : {};
}

/** The first part of each query key. A tenant's name cannot contain `*`. */
export function keyOf(scope: Scope): string {
  return scope.tenant ?? "*";
}
