//! TanStack Virtual with the scaled scroll bar of `scaledScroll.ts`.

import { useVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type RefObject } from "react";
import { elementHeight, positionOf, scrolled, type ScrollPosition } from "./scaledScroll";

/** Rows that are drawn beyond each end of the viewport. Of a place that the scroll bar only passes by fewer are drawn. */
const AROUND = { still: 12, jumping: 2 };

interface Options {
  count: number;
  rowHeight: number;
  headerHeight: number;
  scroll: RefObject<HTMLDivElement | null>;
}

interface ScaledRows {
  items: VirtualItem[];
  /** Height of the element that contains the rows. */
  height: number;
  /** Where a row is drawn in that element. */
  top: (item: VirtualItem) => number;
  scrollToIndex: (index: number) => void;
}

export function useScaledRows({ count, rowHeight, headerHeight, scroll }: Options): ScaledRows {
  const position = useRef<ScrollPosition>({ top: 0, virtual: 0 });
  const [shift, setShift] = useState(0);
  const [jumping, setJumping] = useState(false);
  const real = count * rowHeight;

  const size = () => ({
    real: real + headerHeight,
    element: elementHeight(real) + headerHeight,
    viewport: scroll.current?.clientHeight ?? 0,
  });
  const latestSize = useRef(size);
  useLayoutEffect(() => {
    latestSize.current = size;
  });

  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is memoised by the compiler
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: jumping ? AROUND.jumping : AROUND.still,
    initialRect: { width: 1000, height: 720 },
    observeElementOffset: (instance, report) => {
      const element = instance.scrollElement;
      if (element === null) return;
      let idle: ReturnType<typeof setTimeout> | undefined;
      const onScroll = () => {
        const before = position.current;
        const after = scrolled(before, element.scrollTop, latestSize.current());
        position.current = after;
        if (after.moveTo !== null) element.scrollTop = after.moveTo;
        setShift(after.top - after.virtual);
        setJumping(Math.abs(after.virtual - before.virtual) > latestSize.current().viewport);
        report(after.virtual, true);
        clearTimeout(idle);
        idle = setTimeout(() => {
          setJumping(false);
          report(position.current.virtual, false);
        }, 150);
      };
      element.addEventListener("scroll", onScroll, { passive: true });
      report(position.current.virtual, false);
      return () => {
        clearTimeout(idle);
        element.removeEventListener("scroll", onScroll);
      };
    },
    scrollToFn: (offset, _options, instance) => {
      const element = instance.scrollElement;
      if (element === null) return;
      const after = positionOf(offset, latestSize.current());
      position.current = after;
      setShift(after.top - after.virtual);
      element.scrollTop = after.top;
    },
  });

  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);

  return {
    items: virtualizer.getVirtualItems(),
    height: elementHeight(real),
    top: (item) => item.start + shift,
    scrollToIndex: (index) => virtualizer.scrollToIndex(index),
  };
}
