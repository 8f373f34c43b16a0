//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { isStatus } from "@/api/problem";
import { tenantHeader, type Scope } from "@/api/scope";
import { parseReport, type Report } from "./report";

/** The operator without a tenant sees all tenants. */
export function coverageQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.coverage(scope),
    queryFn: () => call(api.GET("/api/v1/audit/coverage", { params: { query: { days: 30 }, header: tenantHeader(scope) } })),
  });
}

/** The uploaded report of the installation, for the operator; null before the first one. */
export const reportQuery = queryOptions({
  queryKey: [...keys.coverage({ tenant: null, named: true }), "report"],
  queryFn: async (): Promise<Report | null> => {
    try {
      return parseReport(await call(api.GET("/api/v1/audit/report")));
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});
