//! Requests of the screen.

import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import type { PutTenant, Stats, Tenant } from "@/api/types";
import { useTenantWords } from "./words";

/** The API has no search: a page is filtered here, so it may be short although there are more. */
export async function fetchTenants(search: string, cursor: string | null, signal?: AbortSignal): Promise<Page<Tenant>> {
  const query = { limit: search === "" ? 100 : 500, cursor: cursor ?? undefined };
  const page = toPage<Tenant>(await callWithResponse(api.GET("/api/v1/tenants", { params: { query }, signal })));
  return { ...page, rows: page.rows.filter((tenant) => matches(tenant, search)) };
}

export function matches({ id, name }: Pick<Tenant, "id" | "name">, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return id.toLowerCase().includes(wanted) || (name ?? "").toLowerCase().includes(wanted);
}

export function tenantQuery(id: string) {
  return queryOptions({
    queryKey: keys.tenantDetail(id),
    queryFn: (): Promise<Tenant> => call(api.GET("/api/v1/tenants/{id}", { params: { path: { id } } })),
  });
}

/** Asked for the rows in sight and the open tenant only. */
export function limitsQuery(id: string) {
  return queryOptions({
    queryKey: keys.limits({ tenant: id, named: true }),
    // A row that has been scrolled out of sight takes its request back.
    queryFn: ({ signal }) => call(api.GET("/api/v1/webhooks/limits", { params: { header: { "X-Tenant-Id": id } }, signal })),
    staleTime: 30_000,
  });
}

const BUSIEST = 500;

/** The last 24 hours of the busiest tenants, in one request. */
export const dayQuery = queryOptions({
  queryKey: keys.tenantDay(),
  queryFn: (): Promise<Stats> =>
    call(api.GET("/api/v1/admin/stats", { params: { query: { since: "24h", by: "tenant", limit: BUSIEST } } })),
  staleTime: 60_000,
});

export interface Day {
  created: number;
  failed: number;
}

/** Zero for a tenant without deliveries; null when it may be one beyond the busiest 500. */
export function dayOf(stats: Stats, id: string): Day | null {
  const groups = stats.groups ?? [];
  const own = groups.find(({ tenant_id: tenant }) => tenant === id);
  if (own !== undefined) return { created: own.created, failed: own.by_status.failed + own.by_status.exhausted + own.by_status.disabled };
  return groups.length < (stats.groups_total ?? 0) ? null : { created: 0, failed: 0 };
}

export interface Extent {
  subscriptions: string;
  keys: string;
  waiting: string;
  events: string;
  links: string;
}

/** What a deletion removes. Counts that end early have a plus sign. */
export function extentQuery(id: string, number: (value: number) => string) {
  const header = { "X-Tenant-Id": id };
  return queryOptions({
    queryKey: keys.tenantExtent(id),
    queryFn: async (): Promise<Extent> => {
      const [limits, backlogs, events, links] = await Promise.all([
        call(api.GET("/api/v1/webhooks/limits", { params: { header } })),
        callWithResponse(api.GET("/api/v1/backlog", { params: { query: { limit: 500 }, header } })),
        callWithResponse(api.GET("/api/v1/events", { params: { query: { limit: 1, count: true }, header } })).then(toPage),
        callWithResponse(api.GET("/api/v1/portal-sessions", { params: { query: { tenant_id: id, limit: 200 } } })).then(toPage),
      ]);
      const more = Number(backlogs.response.headers.get("x-total-count") ?? 0) > backlogs.data.length;
      const active = links.rows.filter(({ state }) => state === "active").length;
      return {
        subscriptions: number(limits.subscriptions.used),
        keys: number(limits.keys.used),
        waiting: number(backlogs.data.reduce((sum, { waiting }) => sum + waiting, 0)) + (more || backlogs.data.some(({ capped }) => capped) ? "+" : ""),
        events: number(events.total ?? events.rows.length) + (events.capped ? "+" : ""),
        links: number(active) + (links.next === null ? "" : "+"),
      };
    },
    staleTime: 0,
  });
}

export function useSaveTenant(created: boolean) {
  const queries = useQueryClient();
  const { form } = useTenantWords();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: PutTenant }): Promise<Tenant> =>
      call(api.PUT("/api/v1/tenants/{id}", { params: { path: { id } }, body })),
    onSuccess: () => notifications.show({ message: created ? form.created : form.saved }),
    onSettled: (_data, _error, { id }) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["*", "tenants"] }),
        queries.invalidateQueries({ queryKey: keys.tenantDetail(id) }),
        queries.invalidateQueries({ queryKey: keys.limits({ tenant: id, named: true }) }),
      ]),
  });
}

/** `leave` closes the tenant's panel, which would ask for the deleted tenant again. */
export function useDeleteTenant(leave: () => Promise<void>) {
  const queries = useQueryClient();
  const words = useTenantWords();
  return useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/tenants/{id}", { params: { path: { id } } })),
    onSuccess: async (_data, id) => {
      notifications.show({ message: words.delete.done });
      await leave();
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] === id });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "*" });
    },
  });
}

/** True when a tenant has this id: a PUT would change it instead of creating one. */
export async function exists(id: string): Promise<boolean> {
  const { response } = await api.GET("/api/v1/tenants/{id}", { params: { path: { id } } });
  return response.ok;
}
