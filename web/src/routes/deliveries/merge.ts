//! Joins lists of several statuses into one: the API lists one status at a time.

import type { Page } from "@/api/paging";
import type { DeliveryCounts } from "@/api/types";

/** Ids and cursors are ordered by creation, so the last row that is kept is the cursor of all lists. */
export function mergePages<T extends { id: string }>(
  pages: Page<T>[],
  limit: number,
  order: "newest" | "oldest" | undefined,
): Page<T> {
  const sign = order === "oldest" ? 1 : -1;
  const rows = pages.flatMap((page) => page.rows).sort((a, b) => (a.id < b.id ? -sign : a.id > b.id ? sign : 0));
  const kept = rows.slice(0, limit);
  const more = rows.length > limit || pages.some(({ next }) => next !== null);
  return { rows: kept, next: more ? (kept.at(-1)?.id ?? null) : null, total: null, capped: false };
}

export function mergeCounts(counts: DeliveryCounts[]): DeliveryCounts {
  return {
    deliveries: sum(counts.map(({ deliveries }) => deliveries)),
    capped: counts.some(({ capped }) => capped),
    statuses: counts.flatMap(({ statuses }) => statuses),
    by_code: joined(counts.flatMap(({ by_code }) => by_code), ({ response_code: code }) => String(code)),
    by_type: joined(counts.flatMap(({ by_type }) => by_type), ({ event_type: type }) => type),
    grouped: sum(counts.map(({ grouped }) => grouped)),
  };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function joined<T extends { deliveries: number }>(groups: T[], keyOf: (group: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const group of groups) {
    const known = byKey.get(keyOf(group));
    byKey.set(keyOf(group), known === undefined ? group : { ...known, deliveries: known.deliveries + group.deliveries });
  }
  return [...byKey.values()].sort((a, b) => b.deliveries - a.deliveries);
}
