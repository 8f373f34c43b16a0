//! The speed of a running replay, measured from its progress.

import { useState } from "react";
import type { Replay } from "@/api/types";
import { speedOf, withSample, type Sample } from "./progress";

/** Deliveries per second over the last 20 seconds; null before it can be told. */
export function useSpeed(replay: Replay): number | null {
  const [samples, setSamples] = useState<Sample[]>([]);
  const at = Date.parse(replay.updated_at);
  const done = replay.queued + replay.skipped;
  const last = samples.at(-1);
  // Derived from the former render, as React recommends instead of an effect; a repeated sample changes nothing.
  if (last === undefined || at > last.at) {
    const next = withSample(samples, { at, done });
    if (next.length !== samples.length || next.at(-1)?.at !== last?.at) setSamples(next);
  }
  return speedOf(samples);
}
