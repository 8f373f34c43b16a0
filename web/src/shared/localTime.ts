//! Dates and times of inputs, in the zone in which the page shows times.

import type { Preferences } from "./preferences";

type Zone = Preferences["zone"];

/** The value of an input of the type `datetime-local` as an instant; undefined when it is empty or no time. */
export function toInstant(text: string, zone: Zone): string | undefined {
  const date = new Date(zone === "utc" ? `${text}Z` : text);
  return text === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** An instant as the value of such an input, to the minute; empty when it is no time. */
export function toLocal(instant: string, zone: Zone): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return "";
  const offset = zone === "utc" ? 0 : date.getTimezoneOffset() * 60_000;
  return new Date(date.getTime() - offset).toISOString().slice(0, 16);
}
