//! Keys of a list: arrows and j/k move along the rows' links, x selects. Letters work only while the list has the focus,
//! and can be turned off.

import { useEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import { usePreferences } from "./preferences";
import type { RowSource } from "./rows";
import type { Selection } from "./VirtualTable";

interface Options<T> {
  count: number;
  rowHeight: number;
  scroll: RefObject<HTMLDivElement | null>;
  scrollToIndex: (index: number) => void;
  selection: Selection<T> | undefined;
  source: RowSource<T>;
}

const LETTERS: Record<string, string> = { j: "ArrowDown", k: "ArrowUp" };

/** The row that a key leads to; null when the key does not move. */
export function nextRow(key: string, current: number, count: number, page: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(current + 1, last);
    case "ArrowUp":
      return Math.max(current - 1, 0);
    case "PageDown":
      return Math.min(current + page, last);
    case "PageUp":
      return Math.max(current - page, 0);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

export function useRowKeys<T>(options: Options<T>) {
  const { letterKeys } = usePreferences();
  const wanted = useRef<number | null>(null);
  const { scroll } = options;

  // The wanted row may still be drawn or loaded; its link gets the focus as soon as it is there.
  useEffect(() => {
    if (wanted.current === null) return;
    const link = linkOf(scroll.current, wanted.current);
    if (link === null) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target;
    if (event.metaKey || event.ctrlKey || event.altKey || !(target instanceof HTMLElement)) return;
    // The menu of a row is drawn elsewhere and has arrow keys of its own.
    if (!event.currentTarget.contains(target)) return;
    if (target instanceof HTMLInputElement && target.type !== "checkbox") return;
    const current = Number(target.closest("[data-index]")?.getAttribute("data-index") ?? -1);
    const letter = letterKeys ? event.key : "";
    if (letter === "x") {
      const row = options.source.rowAt(current);
      if (row !== undefined) options.selection?.toggle(row);
      return;
    }
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / options.rowHeight) - 2);
    const next = nextRow(LETTERS[letter] ?? event.key, current, options.count, page);
    if (next === null || next < 0) return;
    event.preventDefault();
    const link = linkOf(scroll.current, next);
    options.scrollToIndex(next);
    if (link !== null) link.focus({ preventScroll: true });
    else wanted.current = next;
  };

  return { onKeyDown };
}

function linkOf(scroll: HTMLElement | null, index: number): HTMLElement | null {
  return scroll?.querySelector<HTMLElement>(`[data-index="${index}"] a`) ?? null;
}
