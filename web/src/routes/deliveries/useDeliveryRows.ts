//! Rows of the list, the anchor that keeps them in place, and new rows that wait above it.

import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Scope } from "@/api/scope";
import { useStream } from "@/api/stream/context";
import type { DeliveryMessage } from "@/api/stream/messages";
import { keys } from "@/api/keys";
import { serverNow } from "@/shared/clock";
import { PAGE_ROWS, usePagedRows, useWalkedRows, type RowSource } from "@/shared/rows";
import { useFollow } from "@/shared/useFollow";
import { isWalked, toQuery, type DeliveryFilter, type DeliveryQuery } from "./filter";
import { fetchDeliveries, type Row } from "./queries";

export interface DeliveryRows {
  source: RowSource<Row>;
  query: DeliveryQuery;
  anchor: number;
  /** New rows that are not in the list yet. */
  waiting: number;
  refresh: () => void;
}

export function useDeliveryRows(scope: Scope, filter: DeliveryFilter, following: boolean): DeliveryRows {
  const [anchor, setAnchor] = useState(() => Math.round(serverNow()));
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [skipped, setSkipped] = useState(0);
  const queries = useQueryClient();
  const query = useMemo(() => toQuery(filter, anchor), [filter, anchor]);
  const walked = isWalked(filter);
  const order = filter.order;

  const paged = usePagedRows<Row>({
    queryKey: keys.deliveries.list(scope, { ...filter, anchor }),
    lengthKey: keys.deliveries.list(scope, { ...filter, anchor: "length" }),
    fetchPage: (offset, limit, count, signal) => fetchDeliveries(scope, query, { offset, limit, count, order }, signal),
    enabled: !walked,
  });
  const walk = useWalkedRows<Row>({
    queryKey: keys.deliveries.list(scope, { ...filter, anchor }),
    fetchPage: (cursor, signal) =>
      fetchDeliveries(scope, query, { limit: 100, cursor: cursor ?? undefined, order }, signal),
    enabled: walked,
  });
  const source = walked ? walk : paged;

  // The new first page is loaded before the list switches to it, so that rows never give way to a skeleton.
  const refresh = async () => {
    const next = Math.round(serverNow());
    if (!walked) {
      await queries.prefetchQuery({
        queryKey: [...keys.deliveries.list(scope, { ...filter, anchor: next }), 0],
        queryFn: ({ signal }) =>
          fetchDeliveries(scope, toQuery(filter, next), { offset: 0, limit: PAGE_ROWS, count: true, order }, signal),
      });
    }
    setAnchor(next);
    setFresh(new Set());
    setSkipped(0);
  };

  const newest = source.rowAt(0)?.id ?? "";
  const growing = filter.before === undefined && order !== "oldest";
  useStream((message) => {
    if (!growing) return;
    if (message.kind === "skipped") setSkipped((before) => before + message.deliveries);
    if (message.kind !== "delivery" || message.id <= newest || !concerns(message, scope, filter)) return;
    setFresh((before) => (before.has(message.id) ? before : new Set(before).add(message.id)));
  });

  useFollow(following && growing && fresh.size + skipped > 0, () => void refresh());
  return { source, query, anchor, waiting: fresh.size + skipped, refresh: () => void refresh() };
}

/** Filters that only the server can decide let a message pass: the row may turn out not to match. */
export function concerns(message: DeliveryMessage, scope: Scope, filter: DeliveryFilter): boolean {
  if (scope.tenant !== null && message.tenant_id !== scope.tenant) return false;
  if (!hasStatus(message.status, filter.status)) return false;
  if (filter.type !== undefined && message.event_type !== filter.type) return false;
  if (filter.event !== undefined && message.event_id !== filter.event) return false;
  return filter.subscription === undefined || message.subscription_id === filter.subscription;
}

function hasStatus(status: string, wanted: DeliveryFilter["status"]): boolean {
  if (wanted === "waiting") return status === "pending" || status === "retrying";
  return wanted === undefined || status === wanted;
}
