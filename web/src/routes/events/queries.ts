//! Requests of the screen.

import { queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { sinceMilliseconds } from "@/shared/search";

export interface EventFilter {
  type: string | undefined;
  since: string | undefined;
  /** The end of the list and of its range, which keeps offsets in place while events arrive. */
  anchor: number;
}

export async function fetchEvents(
  scope: Scope,
  filter: EventFilter,
  page: { limit: number; offset: number; count: boolean },
  signal?: AbortSignal,
): Promise<Page<PublishedEvent>> {
  const { since, anchor } = filter;
  const query = {
    event_type: filter.type,
    after: since === undefined ? undefined : new Date(anchor - sinceMilliseconds(since)).toISOString(),
    before: new Date(anchor + 1000).toISOString(),
    ...page,
  };
  return toPage(
    await callWithResponse(
      scope.tenant === null
        ? api.GET("/api/v1/admin/events", { params: { query }, signal })
        : api.GET("/api/v1/events", { params: { query, header: tenantHeader(scope) }, signal }),
    ),
  );
}

export function eventQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.events.detail(scope, id),
    queryFn: () =>
      call(api.GET("/api/v1/events/{id}", { params: { path: { id }, header: tenantHeader(scope) } })),
    enabled: scope.tenant !== null,
  });
}

/** The payload as raw text, since parsing would round large numbers. */
export function payloadQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.events.payload(scope, id),
    queryFn: () =>
      call(
        api.GET("/api/v1/events/{id}/payload", {
          params: { path: { id }, header: tenantHeader(scope) },
          parseAs: "text",
        }),
      ),
    staleTime: Infinity,
  });
}
