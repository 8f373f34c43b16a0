//! Requests of the screen.

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import type { Delivery, DeliveryCounts, DeliveryOfTenant, DeliveryStatus } from "@/api/types";
import { filterOf, toQuery, type DeliveryFilter, type DeliveryQuery } from "./filter";
import { mergeCounts, mergePages } from "./merge";

export type Row = Delivery & { tenant_id?: string };

interface PageRequest {
  limit: number;
  offset?: number | undefined;
  cursor?: string | undefined;
  count?: boolean | undefined;
  order?: "newest" | "oldest" | undefined;
}

/** A page of the tenant's list, or of the operator's list over all tenants. */
export async function fetchDeliveries(
  scope: Scope,
  filter: DeliveryQuery,
  page: PageRequest,
  signal?: AbortSignal,
): Promise<Page<Row>> {
  const { status, ...rest } = filter;
  if (status !== "waiting") return fetchPage(scope, { ...rest, status, ...page }, signal);
  const pages = await Promise.all(
    WAITING.map((one) => fetchPage(scope, { ...rest, status: one, ...page, offset: undefined }, signal)),
  );
  return mergePages(pages, page.limit, page.order);
}

const WAITING = ["pending", "retrying"] as const;

type ApiQuery = Omit<DeliveryQuery, "status"> & { status: DeliveryStatus | undefined } & PageRequest;

async function fetchPage(scope: Scope, query: ApiQuery, signal?: AbortSignal): Promise<Page<Row>> {
  if (scope.tenant === null) {
    // The filter by event needs a tenant; the search finds the deliveries of a generated event id in all of them.
    const { event_id: event, ...rest } = query;
    const over = { ...rest, search: query.search ?? event };
    return toPage<DeliveryOfTenant>(
      await callWithResponse(api.GET("/api/v1/admin/deliveries", { params: { query: over }, signal })),
    );
  }
  return toPage<Delivery>(
    await callWithResponse(
      api.GET("/api/v1/webhooks/deliveries", { params: { query, header: tenantHeader(scope) }, signal }),
    ),
  );
}

/** Whether the log has a delivery of any time. */
export function anyDeliveryQuery(scope: Scope, enabled: boolean) {
  const query = toQuery({ ...filterOf({}), since: "all", order: "oldest" }, 0);
  return queryOptions({
    queryKey: keys.deliveries.counts(scope, { any: true }),
    queryFn: async ({ signal }): Promise<boolean> => (await fetchPage(scope, { ...query, status: undefined, limit: 1 }, signal)).rows.length > 0,
    enabled,
  });
}

export async function fetchCounts(scope: Scope, filter: DeliveryQuery, signal?: AbortSignal): Promise<DeliveryCounts> {
  const { status, ...rest } = filter;
  if (status !== "waiting") return fetchCount(scope, { ...rest, status }, signal);
  return mergeCounts(await Promise.all(WAITING.map((one) => fetchCount(scope, { ...rest, status: one }, signal))));
}

async function fetchCount(scope: Scope, query: Omit<ApiQuery, keyof PageRequest>, signal?: AbortSignal) {
  if (scope.tenant === null) {
    return call(api.GET("/api/v1/admin/deliveries/counts", { params: { query }, signal }));
  }
  return call(
    api.GET("/api/v1/webhooks/deliveries/counts", { params: { query, header: tenantHeader(scope) }, signal }),
  );
}

export function countsQuery(scope: Scope, filter: DeliveryFilter, query: DeliveryQuery, anchor: number) {
  return queryOptions({
    queryKey: keys.deliveries.counts(scope, { ...filter, anchor }),
    queryFn: ({ signal }) => fetchCounts(scope, query, signal),
    placeholderData: keepPreviousData,
    gcTime: 20_000,
  });
}
