//! Progress of replays: what is left, how fast it goes, and when it ends. Pure functions.

import type { Replay } from "@/api/types";

/** The later of two states of a replay. */
export function newer(listed: Replay, live: Replay | undefined): Replay {
  return live !== undefined && Date.parse(live.updated_at) >= Date.parse(listed.updated_at) ? live : listed;
}

/** The whole of a replay. The first count may be too low: it ends early, and deliveries fail meanwhile. */
export function totalOf({ count, queued, skipped, state }: Replay): number {
  return state === "completed" ? queued + skipped : Math.max(count, queued + skipped);
}

/** Deliveries that are neither queued nor skipped. */
export function leftOf({ count, queued, skipped }: Replay): number {
  return Math.max(0, count - queued - skipped);
}

export interface Sample {
  /** Milliseconds. */
  at: number;
  done: number;
}

/** How long back the speed is measured. */
const WINDOW = 20_000;

/** Adds a sample and forgets those outside of the window. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && (sample.at <= last.at || sample.done < last.done)) return [...samples];
  return [...samples.filter(({ at }) => sample.at - at <= WINDOW), sample];
}

/** Deliveries per second; null before there are two samples. */
export function speedOf(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 1000) return null;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

/** Milliseconds until everything is queued; null while that cannot be told. */
export function remainingOf(replay: Replay, speed: number | null): number | null {
  if (speed === null || speed <= 0 || replay.count_is_lower_bound) return null;
  return (leftOf(replay) / speed) * 1000;
}

export interface Situation {
  running: number;
  paused: number;
  queued: number;
  total: number;
}

export function situationOf(replays: readonly Replay[]): Situation {
  const running = replays.filter(({ state }) => state === "running");
  return {
    running: running.length,
    paused: replays.filter(({ state }) => state === "paused").length,
    queued: running.reduce((sum, { queued }) => sum + queued, 0),
    total: running.reduce((sum, replay) => sum + totalOf(replay), 0),
  };
}
