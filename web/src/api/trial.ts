//! Trials of filters and transformations on an event: a stored one, or the example of a type. Nothing is stored or sent.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "./client";
import { keys } from "./keys";
import { tenantHeader, type Scope } from "./scope";
import type { FilterTestResult, PublishedEvent, TransformationTest, TransformationTestResult } from "./types";

/** A published event by its id, or a type by its example. */
export type Trial = { id: string } | { type: string };

export function filterTestQuery(scope: Scope, filter: string, event: Trial | null) {
  return queryOptions({
    queryKey: keys.subscriptions.filterTest(scope, filter, event),
    queryFn: ({ signal }): Promise<FilterTestResult> =>
      call(
        api.POST("/api/v1/webhooks/subscriptions/filter-test", {
          params: { header: tenantHeader(scope) },
          body: { filter, event: event ?? {} },
          signal,
        }),
      ),
    enabled: filter !== "" && event !== null && scope.tenant !== null,
    staleTime: 60_000,
    gcTime: 10_000,
    retry: false,
  });
}

export function testTransformation(scope: Scope, body: TransformationTest): Promise<TransformationTestResult> {
  return call(
    api.POST("/api/v1/webhooks/subscriptions/transformation-test", { params: { header: tenantHeader(scope) }, body }),
  );
}

const RECENT = 10;

/** The newest events of the tenant, to try something on. */
export function recentEventsQuery(scope: Scope) {
  const query = { limit: RECENT };
  return queryOptions({
    queryKey: keys.events.list(scope, { trial: true }),
    queryFn: ({ signal }): Promise<PublishedEvent[]> =>
      call(api.GET("/api/v1/events", { params: { query, header: tenantHeader(scope) }, signal })),
    enabled: scope.tenant !== null,
    staleTime: 30_000,
  });
}
