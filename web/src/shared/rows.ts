//! Rows of a list for VirtualTable: by pages at offsets, or by a walk that follows cursors.

import { useInfiniteQuery, useQueries, useQuery, type QueryKey } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Page } from "@/api/paging";
import { probeLength } from "./probe";

export const PAGE_ROWS = 100;

export interface RowSource<T> {
  /** Null until the first page has arrived. */
  total: number | null;
  rowAt: (index: number) => T | undefined;
  /** VirtualTable tells which rows it shows. */
  onRange: (first: number, last: number) => void;
  error: unknown;
  retry: () => void;
  /** Loaded rows in their order, for selections. */
  loaded: () => T[];
  /** Of a walk: how to go on, null at its end. */
  walk: { next: (() => void) | null; pending: boolean } | null;
}

interface PagedOptions<T> {
  queryKey: QueryKey;
  /** The key of the list's probed length, without what changes at each refresh. */
  lengthKey: QueryKey;
  fetchPage: (offset: number, limit: number, count: boolean, signal?: AbortSignal) => Promise<Page<T>>;
  enabled?: boolean;
}

/** The window of pages around the visible rows. The first page counts the list; a capped count is completed by probing. */
export function usePagedRows<T>({ queryKey, lengthKey, fetchPage, enabled = true }: PagedOptions<T>): RowSource<T> {
  const [{ firstPage, lastPage }, setRange] = useState({ firstPage: 0, lastPage: 0 });
  const offsets = useMemo(() => {
    const wanted = new Set([0]);
    for (let page = firstPage; page <= lastPage; page += 1) wanted.add(page * PAGE_ROWS);
    return [...wanted];
  }, [firstPage, lastPage]);

  const pages = useQueries({
    queries: offsets.map((offset) => ({
      queryKey: [...queryKey, offset],
      queryFn: ({ signal }: { signal: AbortSignal }) => fetchPage(offset, PAGE_ROWS, offset === 0, signal),
      enabled,
      gcTime: 20_000,
    })),
  });
  const head = pages[0];
  const capped = head?.data?.capped ?? false;
  const length = useQuery({
    queryKey: [...lengthKey, "length"],
    queryFn: () =>
      probeLength(async (offset) => (await fetchPage(offset, 1, false)).rows.length > 0, head?.data?.total ?? 0),
    enabled: enabled && capped,
    staleTime: Infinity,
  });

  const byOffset = new Map(offsets.map((offset, index) => [offset, pages[index]?.data?.rows]));
  return {
    total: head?.data === undefined ? null : (length.data ?? head.data.total ?? head.data.rows.length),
    rowAt: (index) => {
      const offset = Math.floor(index / PAGE_ROWS) * PAGE_ROWS;
      return byOffset.get(offset)?.[index - offset];
    },
    onRange: (first, last) => {
      const wanted = { firstPage: Math.max(0, Math.floor(first / PAGE_ROWS)), lastPage: Math.floor(last / PAGE_ROWS) };
      setRange((before) => (before.firstPage === wanted.firstPage && before.lastPage === wanted.lastPage ? before : wanted));
    },
    error: head?.error ?? null,
    retry: () => void head?.refetch(),
    loaded: () => [...byOffset].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows ?? []),
    walk: null,
  };
}

interface WalkedOptions<T> {
  queryKey: QueryKey;
  fetchPage: (cursor: string | null, signal?: AbortSignal) => Promise<Page<T>>;
  enabled?: boolean;
}

/** A bounded walk: a page may be short or empty although there are more, so the reader decides to go on. */
export function useWalkedRows<T>({ queryKey, fetchPage, enabled = true }: WalkedOptions<T>): RowSource<T> {
  const query = useInfiniteQuery({
    queryKey: [...queryKey, "walk"],
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  return {
    total: query.data === undefined ? null : rows.length,
    rowAt: (index) => rows[index],
    onRange: (_first, last) => {
      const full = (query.data?.pages.at(-1)?.rows.length ?? 0) > 0;
      if (full && last >= rows.length - 10 && query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    error: query.data === undefined ? query.error : null,
    retry: () => void query.refetch(),
    loaded: () => rows,
    walk: {
      next: query.hasNextPage ? () => void query.fetchNextPage() : null,
      pending: query.isFetching,
    },
  };
}
