//! The parts of an attempt's duration, in order, with the place of each on a common scale.

import type { Attempt } from "@/api/types";

export type Timings = NonNullable<Attempt["timings_ms"]>;

export const PARTS = ["dns", "connect", "tls", "first_byte", "rest"] as const;

export interface Part {
  name: (typeof PARTS)[number];
  milliseconds: number;
  /** Begin and length as percentages of the sum of all parts. */
  begin: number;
  length: number;
  longest: boolean;
}

/** The parts that the attempt reached. A length of an old or broken record that is no number counts as absent. */
export function splitTime(timings: Timings): Part[] {
  const known = PARTS.flatMap((name) => {
    const milliseconds = timings[name];
    return typeof milliseconds === "number" && milliseconds >= 0 ? [{ name, milliseconds }] : [];
  });
  const total = known.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const scale = total > 0 ? 100 / total : 0;
  const longest = known.reduce((most, { milliseconds }) => Math.max(most, milliseconds), 0);
  let before = 0;
  return known.map(({ name, milliseconds }) => {
    const part = {
      name,
      milliseconds,
      begin: before * scale,
      length: milliseconds * scale,
      longest: milliseconds > 0 && milliseconds === longest,
    };
    before += milliseconds;
    return part;
  });
}

/** A request over an open connection begins with the wait for the first byte. */
export function isReused({ dns, connect, tls, first_byte: firstByte }: Timings): boolean {
  return typeof firstByte === "number" && [dns, connect, tls].every((part) => part === null || part === undefined);
}
