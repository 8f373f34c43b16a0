//! Requests of the screen.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { isStatus } from "@/api/problem";
import { tenantHeader, type Scope } from "@/api/scope";
import { previewRaw } from "@/api/sending";
import type { PublishedEvent, Subscription } from "@/api/types";
import type { EventFilter, EventQuery } from "./filter";

/** A page ends after 4 MiB of payloads too, so the list follows cursors. */
export const PAGE = 50;

interface PageRequest {
  limit: number;
  cursor?: string | undefined;
  count?: boolean | undefined;
}

export async function fetchEvents(
  scope: Scope,
  filter: EventQuery,
  page: PageRequest,
  signal?: AbortSignal,
): Promise<Page<PublishedEvent>> {
  const query = { ...filter, ...page };
  return toPage(
    await callWithResponse(
      scope.tenant === null
        ? api.GET("/api/v1/admin/events", { params: { query }, signal })
        : api.GET("/api/v1/events", { params: { query, header: tenantHeader(scope) }, signal }),
    ),
  );
}

/** The event with this id; over all tenants only a generated id finds one. */
export async function fetchById(scope: Scope, id: string, signal?: AbortSignal): Promise<Page<PublishedEvent>> {
  const rows = await (scope.named
    ? call(
        api.GET("/api/v1/admin/events", {
          params: { query: { event_id: id, tenant_id: scope.tenant ?? undefined } },
          signal,
        }),
      )
    : ofTenant(id, signal));
  return { rows, next: null, total: rows.length, capped: false };
}

async function ofTenant(id: string, signal?: AbortSignal): Promise<PublishedEvent[]> {
  try {
    return [await call(api.GET("/api/v1/events/{id}", { params: { path: { id } }, signal }))];
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

/** How many events match; null for a search by id. */
export function countQuery(scope: Scope, filter: EventFilter, query: EventQuery, anchor: number) {
  return queryOptions({
    queryKey: keys.events.list(scope, { ...filter, anchor, count: true }),
    queryFn: async ({ signal }) => {
      const { total, capped } = await fetchEvents(scope, query, { limit: 1, count: true }, signal);
      return { total: total ?? 0, capped };
    },
    enabled: filter.id === undefined,
    placeholderData: keepPreviousData,
    gcTime: 20_000,
  });
}

export function eventQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.events.detail(scope, id),
    queryFn: () =>
      call(api.GET("/api/v1/events/{id}", { params: { path: { id }, header: tenantHeader(scope) } })),
    enabled: scope.tenant !== null,
  });
}

/** Deliveries of the event beyond the first 20 that come with it: pages of 200, at most `MOST_DELIVERIES`. */
export const MOST_DELIVERIES = 600;

export function eventDeliveriesQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: [...keys.events.detail(scope, id), "deliveries"],
    queryFn: async ({ signal }) => {
      const rows: PublishedEvent["deliveries"] = [];
      let cursor: string | undefined;
      do {
        const query = { event_id: id, limit: 200, cursor };
        const page = toPage(
          await callWithResponse(
            api.GET("/api/v1/webhooks/deliveries", { params: { query, header: tenantHeader(scope) }, signal }),
          ),
        );
        rows.push(...page.rows);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && rows.length < MOST_DELIVERIES);
      return rows;
    },
  });
}

/**
 * The receivers that this event would have now. `payload` is null when no filter looks at it, or when it was erased; it goes as raw
 * text.
 */
export function previewQuery(scope: Scope, { id, type, metadata, channels }: PublishedEvent, payload: string | null) {
  return queryOptions({
    queryKey: [...keys.subscriptions.all(scope), "preview", id, payload !== null],
    queryFn: ({ signal }) => previewRaw(scope, type, payload ?? "{}", { metadata, channels }, signal),
    staleTime: 10_000,
    retry: false,
  });
}

/** The copy as it would be published: a strict catalog looks at its data. */
export function fullPreviewQuery(scope: Scope, event: PublishedEvent, payload: string) {
  return queryOptions({ ...previewQuery(scope, event, payload), staleTime: 0, gcTime: 0 });
}

/** The same number of subscriptions as a preview names. */
export function subscriptionsQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.subscriptions.list(scope, { preview: true }),
    queryFn: (): Promise<Subscription[]> =>
      call(
        api.GET("/api/v1/webhooks/subscriptions", {
          params: { query: { limit: 500 }, header: tenantHeader(scope) },
        }),
      ),
    staleTime: 10_000,
  });
}
