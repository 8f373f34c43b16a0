//! Requests of the screen.

import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import type { NewPortalLink, PortalLink } from "@/api/types";
import { useLinkWords } from "./words";

interface Filter {
  tenant: string | null;
  state: string | undefined;
}

/** The API has no filter by state: a page is filtered here, so it may be short although there are more. */
export async function fetchLinks({ tenant, state }: Filter, cursor: string | null, signal?: AbortSignal): Promise<Page<PortalLink>> {
  const query = { tenant_id: tenant ?? undefined, limit: state === undefined ? 100 : 200, cursor: cursor ?? undefined };
  const page = toPage<PortalLink>(await callWithResponse(api.GET("/api/v1/portal-sessions", { params: { query }, signal })));
  return state === undefined ? page : { ...page, rows: page.rows.filter((link) => link.state === state) };
}

export function linkQuery(id: string) {
  return queryOptions({
    queryKey: keys.portalLinks.detail(id),
    queryFn: (): Promise<PortalLink> => call(api.GET("/api/v1/portal-sessions/{id}", { params: { path: { id } } })),
  });
}

/** The first tenants, as suggestions; any id may be typed. */
export const tenantIdsQuery = queryOptions({
  queryKey: keys.tenants("ids"),
  queryFn: async () => (await call(api.GET("/api/v1/tenants", { params: { query: { limit: 200 } } }))).map(({ id }) => id),
  staleTime: 60_000,
});

export function useCreateLink() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: NewPortalLink) => call(api.POST("/api/v1/portal-sessions", { body })),
    // The token stays in memory only while it is shown.
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.portalLinks.all() }),
  });
}

export function useRevokeLink() {
  const queries = useQueryClient();
  const { revoke } = useLinkWords();
  return useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/portal-sessions/{id}", { params: { path: { id } } })),
    onSuccess: () => notifications.show({ message: revoke.done }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.portalLinks.all() }),
  });
}
