//! One clock for the whole page: the server's time, and one tick a second that all relative times share.

import { useSyncExternalStore } from "react";

let offset = 0;
let ticked = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Milliseconds since 1970 by the server's clock, as far as answers have shown it. */
export function serverNow(): number {
  return performance.timeOrigin + performance.now() + offset;
}

/** Takes the `Date` header of an answer. It has whole seconds, so differences below two seconds are ignored. */
export function observeServerTime(header: string | null): void {
  const shown = header === null ? NaN : Date.parse(header);
  if (Number.isNaN(shown)) return;
  const difference = shown + 500 - serverNow();
  if (Math.abs(difference) > 2000) offset += difference;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function tick(): void {
  ticked = serverNow();
  for (const listener of listeners) listener();
}

function snapshot(): number {
  // Between ticks the snapshot must stay the same, or React renders for ever; without a timer it may be old.
  if (Math.abs(serverNow() - ticked) > 1500) ticked = serverNow();
  return ticked;
}

/** The time at the last tick; the component renders each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot);
}

/** A text about the time at the last tick; the component renders when the text changes. */
export function useAtTick(textOf: (now: number) => string): string {
  return useSyncExternalStore(subscribe, () => textOf(snapshot()));
}
