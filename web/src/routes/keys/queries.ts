//! Requests of the screen.

import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import type { Key, KeyScope } from "@/api/types";
import type { RowSource } from "@/shared/rows";
import { useKeyWords } from "./words";

export const SCOPES: readonly KeyScope[] = ["events:publish", "webhooks:read", "webhooks:manage", "webhooks.secret.view", "webhooks.secret.rotate"];
export const DEFAULT_SCOPES: readonly KeyScope[] = ["events:publish", "webhooks:manage", "webhooks:read"];

/** The routes of keys are the operator's, and always name the tenant. */
const headerOf = ({ tenant }: Scope) => ({ "X-Tenant-Id": tenant ?? "" });

/** The API answers all keys of a tenant at once. */
export function useKeys(scope: Scope): RowSource<Key> {
  const query = useQuery({
    queryKey: keys.apiKeys(scope),
    queryFn: (): Promise<Key[]> => call(api.GET("/api/v1/keys", { params: { header: headerOf(scope) } })),
    enabled: scope.tenant !== null,
  });
  const rows = query.data ?? [];
  return {
    total: query.data?.length ?? null,
    rowAt: (index) => rows[index],
    onRange: () => undefined,
    error: query.error,
    retry: () => void query.refetch(),
    loaded: () => rows,
    walk: null,
  };
}

export function limitsQuery(scope: Scope) {
  return queryOptions({
    queryKey: keys.limits(scope),
    queryFn: () => call(api.GET("/api/v1/webhooks/limits", { params: { header: headerOf(scope) } })),
    enabled: scope.tenant !== null,
    staleTime: 30_000,
  });
}

export function useCreateKey(scope: Scope) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string | null; scopes: KeyScope[]; expires_in_seconds: number | null; networks: string[] }) =>
      call(api.POST("/api/v1/keys", { params: { header: headerOf(scope) }, body })),
    // The key stays in memory only while it is shown.
    gcTime: 0,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.apiKeys(scope) }),
        queries.invalidateQueries({ queryKey: keys.limits(scope) }),
      ]),
  });
}

/** The answer has the text of the new key. */
export function useReplaceKey(scope: Scope) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, overlap }: { id: string; overlap: number }) =>
      call(
        api.POST("/api/v1/keys/{id}/rotate", {
          params: { path: { id }, header: headerOf(scope) },
          body: { overlap_seconds: overlap },
        }),
      ),
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.apiKeys(scope) }),
  });
}

export function useRevokeKey(scope: Scope) {
  const queries = useQueryClient();
  const { revoke } = useKeyWords();
  return useMutation({
    mutationFn: (id: string) => call(api.DELETE("/api/v1/keys/{id}", { params: { path: { id }, header: headerOf(scope) } })),
    onSuccess: () => notifications.show({ message: revoke.done }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.apiKeys(scope) }),
        queries.invalidateQueries({ queryKey: keys.limits(scope) }),
      ]),
  });
}
