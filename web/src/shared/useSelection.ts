//! Selected rows of a list, by key. A selection is local: a reload may lose it.

import { useCallback, useMemo, useState } from "react";
import type { Selection } from "./VirtualTable";

export interface RowSelection<T> extends Selection<T> {
  /** The selected rows; both stay the same while the selection does. */
  rows: T[];
  clear: () => void;
}

/** `keyOf` must stay the same. */
export function useSelection<T>(loaded: () => T[], keyOf: (row: T) => string): RowSelection<T> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, T>>(new Map());
  const rows = loaded();
  const chosenRows = useMemo(() => [...chosen.values()], [chosen]);
  const clear = useCallback(() => setChosen(new Map()), []);
  const toggle = useCallback(
    (row: T) =>
      setChosen((before) => {
        const after = new Map(before);
        if (!after.delete(keyOf(row))) after.set(keyOf(row), row);
        return after;
      }),
    [keyOf],
  );
  const count = rows.filter((row) => chosen.has(keyOf(row))).length;
  return {
    rows: chosenRows,
    has: (key) => chosen.has(key),
    all: rows.length > 0 && count === rows.length,
    some: chosen.size > 0,
    clear,
    toggle,
    toggleAll: () =>
      setChosen((before) => (rows.every((row) => before.has(keyOf(row))) ? new Map() : new Map(rows.map((row) => [keyOf(row), row])))),
  };
}
