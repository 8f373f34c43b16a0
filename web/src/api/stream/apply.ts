//! Applies messages of the stream to the query cache: known rows are patched by id, counts and details are refetched.
//! Lists are never refetched for new rows, which would move them; screens announce new rows above the list.

import type { QueryClient } from "@tanstack/react-query";
import type { Page } from "../paging";
import type { Delivery } from "../types";
import type { DeliveryMessage, StreamMessage } from "./messages";

/** Changes of one interval, by id: the last one counts. */
export interface Batch {
  deliveries: Map<string, DeliveryMessage>;
  subscriptions: Set<string>;
  tenants: Set<string>;
  gap: boolean;
}

export function emptyBatch(): Batch {
  return { deliveries: new Map(), subscriptions: new Set(), tenants: new Set(), gap: false };
}

export function addTo(batch: Batch, message: StreamMessage): void {
  switch (message.kind) {
    case "delivery":
      batch.deliveries.set(message.id, message);
      batch.tenants.add(message.tenant_id);
      break;
    case "event":
      batch.tenants.add(message.tenant_id);
      break;
    case "subscription":
      batch.subscriptions.add(message.id);
      batch.tenants.add(message.tenant_id);
      break;
    case "gap":
      batch.gap = true;
      break;
    case "skipped":
      break;
  }
}

/** After a gap everything on the screen is read again, except payloads: the event says whether its payload was erased. */
export function applyBatch(queries: QueryClient, batch: Batch): void {
  if (batch.gap) {
    void queries.invalidateQueries({
      predicate: ({ queryKey: [first, object], state }) =>
        first !== "session" && (object !== "payload" || state.data === undefined),
    });
    return;
  }
  const concerned = (tenant: unknown) => tenant === "*" || (typeof tenant === "string" && batch.tenants.has(tenant));
  if (batch.deliveries.size > 0) {
    queries.setQueriesData<Page<Delivery>>(
      {
        predicate: ({ queryKey: [tenant, object, request] }) =>
          object === "deliveries" && request === "list" && concerned(tenant),
      },
      (page) => patchPage(page, batch.deliveries),
    );
  }
  void queries.invalidateQueries({
    predicate: ({ queryKey: [tenant, object, request, id] }) => {
      if (!concerned(tenant)) return false;
      if (object === "deliveries" && request === "detail") return batch.deliveries.has(String(id));
      if (object === "subscriptions" && request === "detail") {
        return batch.subscriptions.has(String(id)) || batch.deliveries.size > 0;
      }
      if (object === "subscriptions" && request === "receiver") return batch.subscriptions.has(String(id));
      return object === "subscriptions" && request === "list" && batch.subscriptions.size > 0;
    },
  });
}

/** The same page when no row of it changed, so that nothing is drawn again. */
export function patchPage(
  page: Page<Delivery> | undefined,
  changes: ReadonlyMap<string, DeliveryMessage>,
): Page<Delivery> | undefined {
  // Walks keep several pages in one query; they are read again when the reader asks.
  if (page === undefined || !Array.isArray(page.rows)) return page;
  if (!page.rows.some(({ id }) => changes.has(id))) return page;
  return {
    ...page,
    rows: page.rows.map((row) => {
      const change = changes.get(row.id);
      if (change === undefined) return row;
      const ended = change.status === "success" || change.status === "failed" || change.status === "disabled";
      return { ...row, status: change.status, next_retry_at: ended ? null : row.next_retry_at };
    }),
  };
}
