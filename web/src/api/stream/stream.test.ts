import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keys } from "../keys";
import type { Delivery } from "../types";
import { nextCursor } from "../paging";
import { addTo, applyBatch, emptyBatch, patchPage } from "./apply";
import { readMessage, type DeliveryMessage } from "./messages";
import { createParser, type ServerEvent } from "./parse";

test("events_survive_any_cut_of_the_stream", () => {
  const text = ': beat\n\nid: 7\nevent: delivery\ndata: {"id":\ndata: "x"}\r\n\r\nevent: gap\ndata: {}\n\n';
  for (let cut = 1; cut < text.length; cut += 1) {
    const events: ServerEvent[] = [];
    const parse = createParser((event) => events.push(event));
    parse(text.slice(0, cut));
    parse(text.slice(cut));
    expect(events).toEqual([
      { id: "7", event: "delivery", data: '{"id":\n"x"}' },
      { id: "7", event: "gap", data: "{}" },
    ]);
  }
});

test("unknown_or_broken_messages_are_ignored", () => {
  expect(readMessage("weather", "{}")).toBeNull();
  expect(readMessage("delivery", "{")).toBeNull();
  expect(readMessage("gap", "{}")).toEqual({ kind: "gap" });
});

test("known_rows_are_patched_and_others_keep_their_identity", () => {
  const row = { id: "dlv_1", status: "retrying", next_retry_at: "2026-01-01T00:00:00Z" } as Delivery;
  const page = { rows: [row, { ...row, id: "dlv_2" }], next: null, total: 2, capped: false };
  const message = { kind: "delivery", id: "dlv_1", tenant_id: "acme", status: "success" } as DeliveryMessage;
  const batch = emptyBatch();
  addTo(batch, message);
  const patched = patchPage(page, batch.deliveries);
  expect(patched?.rows[0]).toMatchObject({ status: "success", next_retry_at: null });
  expect(patched?.rows[1]).toBe(page.rows[1]);
  expect(patchPage(page, new Map([["dlv_9", message]]))).toBe(page);
});

test("after_a_gap_events_are_read_again_and_loaded_payloads_are_not", () => {
  const queries = new QueryClient();
  const scope = { tenant: "acme", named: true };
  const event = keys.events.detail(scope, "evt_1");
  const payload = keys.events.payload(scope, "evt_1");
  queries.setQueryData(event, {});
  queries.setQueryData(payload, "{}");
  applyBatch(queries, { ...emptyBatch(), gap: true });
  expect(queries.getQueryState(event)?.isInvalidated).toBe(true);
  expect(queries.getQueryState(payload)?.isInvalidated).toBe(false);
});

test("the_next_cursor_is_read_from_the_link_header", () => {
  expect(nextCursor('</api/v1/x?limit=50&cursor=dlv_2>; rel="next"')).toBe("dlv_2");
  expect(nextCursor(null)).toBeNull();
});
