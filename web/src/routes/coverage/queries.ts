//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";

/** The operator without a tenant sees all tenants. */
export function coverageQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.coverage(scope),
    queryFn: () => call(api.GET("/api/v1/audit/coverage", { params: { query: { days: 30 }, header: tenantHeader(scope) } })),
  });
}
