//! Published events that do not fit the catalog. The server counts them by type and kind of misfit.

import type { Misfit } from "@/api/types";

export interface MisfitCount {
  /** Events, not kinds of misfits. */
  events: number;
  types: number;
}

export function countMisfits(misfits: readonly Misfit[]): MisfitCount {
  return {
    events: misfits.reduce((sum, { times }) => sum + times, 0),
    types: new Set(misfits.map(({ event_type }) => event_type)).size,
  };
}

/** Misfits by type, those with the most events first. */
export function misfitsByType(misfits: readonly Misfit[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { event_type: type, times } of misfits) counts.set(type, (counts.get(type) ?? 0) + times);
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}
