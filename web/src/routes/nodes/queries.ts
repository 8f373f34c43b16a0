//! Requests of the screen.

import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import type { Overview } from "@/api/types";
import { useNodeWords } from "./words";

const REFRESH = 5000;

/** Nodes, load and backlog in one request. The overview screen shares it. */
export const liveQuery = queryOptions({
  queryKey: keys.overview(),
  queryFn: (): Promise<Overview> => call(api.GET("/api/v1/admin/overview")),
  refetchInterval: REFRESH,
});

export interface Readiness {
  ready: boolean;
  checks: { name: string; status: string; reason?: string | null | undefined }[];
  dropped: number;
}

/** A node that is not ready answers 503 with all checks, which is an answer and no failure. */
export const readyQuery = queryOptions({
  queryKey: keys.nodes.ready(),
  queryFn: async (): Promise<Readiness> => {
    const { data, error, response } = await api.GET("/readyz");
    const body = (data ?? error) as unknown as { checks?: Readiness["checks"]; operational_dropped?: number } | undefined;
    return { ready: response.ok, checks: body?.checks ?? [], dropped: body?.operational_dropped ?? 0 };
  },
  refetchInterval: REFRESH,
});

export const storeQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: () => call(api.GET("/api/v1/admin/settings")),
  staleTime: 60_000,
});

export const detailQuery = queryOptions({
  queryKey: keys.nodes.store(),
  queryFn: () => call(api.GET("/api/v1/admin/store")),
  refetchInterval: 30_000,
});

export const backlogQuery = queryOptions({
  queryKey: keys.nodes.backlog(),
  queryFn: () => call(api.GET("/api/v1/backlog", { params: { query: { limit: 10 } } })),
  refetchInterval: REFRESH,
});

export const logQuery = queryOptions({
  queryKey: keys.nodes.log(),
  queryFn: () => call(api.GET("/api/v1/nodes/log")),
  refetchOnWindowFocus: false,
});

export function useChangeLog() {
  const queries = useQueryClient();
  const { log } = useNodeWords();
  return useMutation({
    mutationFn: (body: { filter: string; sample: number }) => call(api.PUT("/api/v1/nodes/log", { body })),
    onSuccess: (settings) => {
      queries.setQueryData(keys.nodes.log(), settings);
      notifications.show({ message: log.saved });
    },
  });
}

export function usePause() {
  const queries = useQueryClient();
  const { changed } = useNodeWords();
  return useMutation({
    mutationFn: (change: "pause" | "resume") =>
      change === "pause" ? call(api.POST("/api/v1/nodes/pause")) : call(api.POST("/api/v1/nodes/resume")),
    onSuccess: (_, change) => notifications.show({ message: changed[change] }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.overview() }),
  });
}
