//! Requests of the screen.

import { queryOptions, useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { api, call, callWithResponse } from "@/api/client";
import { keys } from "@/api/keys";
import { toPage, type Page } from "@/api/paging";
import { tenantHeader, type Scope } from "@/api/scope";
import type { Replay, ReplayDetail, ReplayPreview, ReplayRequest } from "@/api/types";
import type { RowSource } from "@/shared/rows";
import { newer } from "./progress";
import { useReplayWords } from "./words";

const REFRESH = 2000;

export async function fetchReplays(scope: Scope, cursor: string | null, signal?: AbortSignal): Promise<Page<Replay>> {
  const query = { limit: 50, cursor: cursor ?? undefined };
  return toPage(
    await callWithResponse(
      api.GET("/api/v1/webhooks/replays", { params: { query, header: tenantHeader(scope) }, signal }),
    ),
  );
}

export function replayQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.replays.detail(scope, id),
    queryFn: (): Promise<ReplayDetail> =>
      call(api.GET("/api/v1/webhooks/replays/{id}", { params: { path: { id }, header: tenantHeader(scope) } })),
    enabled: scope.tenant !== null,
    // A hidden page does not ask.
    refetchInterval: ({ state }) => (state.data?.state === "running" ? REFRESH : false),
  });
}

/** The list with the progress that is known by now. Only running replays are asked for again; a tenant has 20 at most. */
export function useLive(scope: Scope, source: RowSource<Replay>): RowSource<Replay> {
  const running = source.loaded().filter(({ state }) => state === "running");
  const live = useQueries({ queries: running.map(({ id }) => replayQuery(scope, id)) });
  const known = new Map(live.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data] as const])));
  const merged = (row: Replay) => newer(row, known.get(row.id));
  return {
    ...source,
    rowAt: (index) => {
      const row = source.rowAt(index);
      return row && merged(row);
    },
    loaded: () => source.loaded().map(merged),
  };
}

/** Counts what a replay would send. Nothing is written. */
export function previewQuery(scope: Scope, request: ReplayRequest | null) {
  return queryOptions({
    queryKey: keys.replays.preview(scope, request ?? {}),
    queryFn: async ({ signal }): Promise<ReplayPreview> => {
      if (request === null) throw new Error("no request");
      const body = { ...request, dry_run: true };
      const answer = await call(
        api.POST("/api/v1/webhooks/replays", { params: { header: tenantHeader(scope) }, body, signal }),
      );
      return answer as ReplayPreview;
    },
    enabled: request !== null && scope.tenant !== null,
    staleTime: 5000,
    retry: false,
  });
}

export function useStartReplay(scope: Scope) {
  const queries = useQueryClient();
  const words = useReplayWords();
  return useMutation({
    mutationFn: async (body: ReplayRequest): Promise<Replay> =>
      (await call(
        api.POST("/api/v1/webhooks/replays", { params: { header: tenantHeader(scope) }, body }),
      )) as unknown as Replay,
    onSuccess: () => notifications.show({ message: words.form.started }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.replays.all(scope) }),
  });
}

export type ReplayChange = "pause" | "resume" | "cancel";

export function useReplayChange(scope: Scope, id: string) {
  const queries = useQueryClient();
  const words = useReplayWords();
  return useMutation({
    mutationFn: (change: ReplayChange): Promise<Replay> => {
      const params = { path: { id }, header: tenantHeader(scope) };
      if (change === "pause") return call(api.POST("/api/v1/webhooks/replays/{id}/pause", { params }));
      if (change === "resume") return call(api.POST("/api/v1/webhooks/replays/{id}/resume", { params }));
      return call(api.POST("/api/v1/webhooks/replays/{id}/cancel", { params }));
    },
    onSuccess: (_, change) => notifications.show({ message: words.changed[change] }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.replays.all(scope) }),
  });
}
