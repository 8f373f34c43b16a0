//! Selected rows of a list, by key. A selection is local: a reload may lose it.

import { useState } from "react";
import type { Selection } from "./VirtualTable";

export interface RowSelection<T> extends Selection {
  rows: T[];
  clear: () => void;
}

export function useSelection<T>(loaded: () => T[], keyOf: (row: T) => string): RowSelection<T> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, T>>(new Map());
  const rows = loaded();
  const count = rows.filter((row) => chosen.has(keyOf(row))).length;
  return {
    rows: [...chosen.values()],
    has: (key) => chosen.has(key),
    all: rows.length > 0 && count === rows.length,
    some: chosen.size > 0,
    clear: () => setChosen(new Map()),
    toggle: (key) =>
      setChosen((before) => {
        const after = new Map(before);
        const row = rows.find((candidate) => keyOf(candidate) === key);
        if (!after.delete(key) && row !== undefined) after.set(key, row);
        return after;
      }),
    toggleAll: () =>
      setChosen((before) => (rows.every((row) => before.has(keyOf(row))) ? new Map() : new Map(rows.map((row) => [keyOf(row), row])))),
  };
}
