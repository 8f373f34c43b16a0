//! What a replay selects, in words, and the request that a form stands for. Pure functions.

import type { Replay, ReplayRequest, ReplayStatus } from "@/api/types";
import type { Format } from "@/shared/format";
import { toInstant } from "@/shared/localTime";
import type { Preferences } from "@/shared/preferences";
import { sinceMilliseconds } from "@/shared/search";
import { showHidden } from "@/shared/text";
import type { ReplayWords } from "./words";

const NAMED = 2;

/** “Failed and refused deliveries of invoice.*, published Nov 1 – Nov 3”. The first letter is a capital. */
export function selectionText(
  replay: Pick<Replay, "statuses" | "event_types" | "after" | "before" | "created_at">,
  words: ReplayWords["what"],
  format: Pick<Format, "list" | "dateTime">,
): string {
  const states = replay.statuses.filter((status) => status !== "missed").map((status) => words.states[status] ?? showHidden(status));
  const parts = [
    ...(states.length > 0 ? [words.deliveries(format.list(states))] : []),
    ...(replay.statuses.includes("missed") ? [words.missed] : []),
  ];
  const types = replay.event_types ?? [];
  const named = types.slice(0, NAMED).map(showHidden);
  if (types.length > NAMED) named.push(words.more(types.length - NAMED));
  const text = format.list(parts) + (named.length > 0 ? words.types(format.list(named)) : "") + timesText(replay, words, format);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The end is told only when it was chosen: without one it is the time of the request. */
function timesText(
  { after, before, created_at: created }: Pick<Replay, "after" | "before" | "created_at">,
  words: ReplayWords["what"],
  format: Pick<Format, "dateTime">,
): string {
  if (after) return words.between(format.dateTime(after), format.dateTime(before));
  return Date.parse(created) - Date.parse(before) > 60_000 ? words.until(format.dateTime(before)) : "";
}

export const KINDS = ["failed", "missed", "both", "custom"] as const;
export const PERIODS = ["1h", "24h", "7d", "30d", "all", "custom"] as const;
export const STATES: readonly ReplayStatus[] = ["failed", "exhausted", "cancelled", "disabled", "success", "retrying", "missed"];

export interface Values {
  subscription: string | null;
  kind: (typeof KINDS)[number];
  states: ReplayStatus[];
  types: string;
  period: (typeof PERIODS)[number];
  /** Local dates and times of inputs. */
  from: string;
  to: string;
  rate: number | null;
}

export const EMPTY: Values = {
  subscription: null,
  kind: "failed",
  states: ["failed", "disabled"],
  types: "",
  period: "7d",
  from: "",
  to: "",
  rate: null,
};

const PATTERN = /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/;

export function typesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((type) => type !== ""))];
}

/** The first word that is neither a type nor a pattern. */
export function wrongType(text: string): string | null {
  return typesOf(text).find((type) => !PATTERN.test(type) || type.length > 102) ?? null;
}

const STATUSES: Record<"failed" | "missed" | "both", ReplayStatus[]> = {
  failed: ["failed", "disabled"],
  missed: ["missed"],
  both: ["failed", "disabled", "missed"],
};

/** Null while the form is incomplete. `now` is fixed by the caller, or each render would ask for another count. */
export function toRequest(values: Values, now: number, zone: Preferences["zone"] = "local"): ReplayRequest | null {
  const statuses = values.kind === "custom" ? values.states : STATUSES[values.kind];
  if (values.subscription === null || statuses.length === 0 || wrongType(values.types) !== null) return null;
  const types = typesOf(values.types);
  const custom = values.period === "custom";
  const relative = custom || values.period === "all" ? null : new Date(now - sinceMilliseconds(values.period)).toISOString();
  return {
    subscription_id: values.subscription,
    statuses,
    event_types: types.length > 0 ? types : null,
    after: custom ? (toInstant(values.from, zone) ?? null) : relative,
    before: custom ? (toInstant(values.to, zone) ?? null) : null,
    rate: values.rate,
  };
}
