//! Requests of the screen. Operational events are events of the system tenant, which only the operator reads.

import { queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import type { PublishedEvent, Subscription } from "@/api/types";
import { subjectOf } from "./subject";

export const SYSTEM_TENANT = "_postrider";
const HEADER = { "X-Tenant-Id": SYSTEM_TENANT };

interface Filter {
  /** The tenant that events are about. The API does not know it, so pages are filtered here. */
  tenant: string | null;
  type: string | undefined;
}

export async function fetchOperationalEvents(
  { tenant, type }: Filter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<PublishedEvent>> {
  const query = { type, limit: tenant === null ? 100 : 200, cursor: cursor ?? undefined };
  const page = toPage<PublishedEvent>(
    await callWithResponse(api.GET("/api/v1/events", { params: { query, header: HEADER }, signal })),
  );
  return tenant === null ? page : { ...page, rows: page.rows.filter(({ data }) => subjectOf(data).tenant === tenant) };
}

/** How many of the type were published in the last 24 hours. */
export function dayCountQuery(type: string | undefined) {
  return queryOptions({
    queryKey: keys.operationalEvents.list({ day: true, type }),
    queryFn: async () => {
      const query = { type, since: "24h", limit: 1, count: true };
      const page = toPage(await callWithResponse(api.GET("/api/v1/events", { params: { query, header: HEADER } })));
      return { count: page.total ?? page.rows.length, capped: page.capped };
    },
    refetchInterval: 30_000,
  });
}

export function operationalEventQuery(id: string) {
  return queryOptions({
    queryKey: keys.operationalEvents.list({ id }),
    queryFn: (): Promise<PublishedEvent> => call(api.GET("/api/v1/events/{id}", { params: { path: { id }, header: HEADER } })),
    staleTime: 60_000,
  });
}

/** Who is told. Without a subscription nothing is recorded. */
export const receiversQuery = queryOptions({
  queryKey: keys.operationalEvents.subscriptions(),
  queryFn: (): Promise<Subscription[]> =>
    call(api.GET("/api/v1/webhooks/subscriptions", { params: { query: { limit: 200 }, header: HEADER } })),
});
