//! Exports the list as it is filtered, page by page, into a file of the browser.

import { notifications } from "@mantine/notifications";
import { useState } from "react";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { csvLine } from "@/shared/csv";
import { useFormat } from "@/shared/format";
import type { DeliveryQuery } from "./filter";
import { fetchDeliveries, type Row } from "./queries";

export type ExportForm = "ndjson" | "csv";

/** The file is built in memory, so its length has a bound. */
const MOST_ROWS = 100_000;

const COLUMNS = [
  "id",
  "tenant_id",
  "created_at",
  "status",
  "event_type",
  "event_id",
  "subscription_id",
  "attempt_number",
  "response_code",
  "duration_ms",
  "next_retry_at",
  "error_message",
] as const satisfies (keyof Row)[];

export function exportLine(row: Row, form: ExportForm): string {
  return form === "ndjson" ? `${JSON.stringify(row)}\n` : csvLine(COLUMNS.map((column) => row[column]));
}

export function useExport(scope: Scope, query: DeliveryQuery, order: "oldest" | undefined) {
  const { deliveries } = useMessages();
  const words = deliveries.export;
  const format = useFormat();
  const [stop, setStop] = useState<AbortController | null>(null);
  const [rows, setRows] = useState(0);

  const start = async (form: ExportForm) => {
    const controller = new AbortController();
    setStop(controller);
    setRows(0);
    const parts: string[] = form === "csv" ? [csvLine([...COLUMNS])] : [];
    let cursor: string | undefined;
    let count = 0;
    try {
      do {
        const page = await fetchDeliveries(scope, query, { limit: 200, cursor, order }, controller.signal);
        for (const row of page.rows) parts.push(exportLine(row, form));
        count += page.rows.length;
        setRows(count);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && count < MOST_ROWS && !controller.signal.aborted);
      if (controller.signal.aborted) return;
      save(parts, form);
      const whole = format.number(count);
      notifications.show({ message: cursor === undefined ? words.done(whole) : words.capped(whole) });
    } catch (error) {
      if (controller.signal.aborted) return;
      const detail = error instanceof Error ? error.message : "";
      notifications.show({ color: "red", message: detail });
    } finally {
      setStop(null);
    }
  };

  return {
    running: stop !== null,
    progress: words.running(format.number(rows)),
    start: (form: ExportForm) => void start(form),
    stop: () => stop?.abort(),
  };
}

function save(parts: string[], form: ExportForm): void {
  const blob = new Blob(parts, { type: form === "csv" ? "text/csv" : "application/x-ndjson" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `deliveries.${form}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
