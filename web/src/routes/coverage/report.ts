//! The parts of an audit report that the screen shows. The server stores a report as it was sent, so any field may be absent.

import type { CODE_STATES } from "./route";

export type CodeState = (typeof CODE_STATES)[number];

export interface Place {
  file: string;
  line: number | null;
  function: string | null;
  /** Why the audit proposes it; absent for a place that publishes. */
  reason: string | null;
  snippet: string | null;
}

export interface Finding {
  type: string;
  state: CodeState;
  category: string | null;
  places: Place[];
  /** For a gap: the most likely place, or why there is none. */
  suggestion: Place | null;
  note: string | null;
  /** The configuration's reason for accepting the gap. */
  accepted: string | null;
}

export interface Report {
  findings: Finding[];
}

type Json = Record<string, unknown>;

const list = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((one): one is Json => typeof one === "object" && one !== null) : [];
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function placeOf(value: Json): Place {
  const line = typeof value.line === "number" ? value.line : null;
  return {
    file: text(value.file) ?? "?",
    line,
    function: text(value.function),
    reason: text(value.reason),
    snippet: text(value.snippet),
  };
}

const STATES = new Set(["published", "parallel_only", "dead", "missing"]);

export function parseReport(report: unknown): Report {
  const json: Json = typeof report === "object" && report !== null ? (report as Json) : {};
  const events = list(json.events).flatMap((event): Finding[] => {
    const type = text(event.event_type);
    const state = text(event.state);
    if (type === null || state === null || !STATES.has(state)) return [];
    const best = list(event.suggestions).find(({ score }) => typeof score === "number" && score >= LIKELY);
    return [
      {
        type,
        state: state as CodeState,
        category: text(event.category),
        places: list(event.sites).map(placeOf),
        suggestion: best && state !== "published" ? placeOf(best) : null,
        note: text(event.no_suggestion),
        accepted: text(event.accepted),
      },
    ];
  });
  const unnamed = list(json.undefined).map((event): Finding => {
    const near = Array.isArray(event.near) ? event.near.filter((name) => typeof name === "string") : [];
    const places = list(event.sites).map(placeOf);
    return finding(text(event.event_type) ?? "?", "undefined", places, near.slice(0, 3).join(", ") || null);
  });
  const bypasses = list(json.bypasses).map((one) => finding(text(one.event_type) ?? "?", "bypass", [placeOf(one)], text(one.table)));
  return { findings: [...events, ...unnamed, ...bypasses] };
}

/** The score from which the audit's documents name a place as likely. */
const LIKELY = 70;

function finding(type: string, state: CodeState, places: Place[], note: string | null): Finding {
  return { type, state, category: null, places, suggestion: null, note, accepted: null };
}

export type Phase = "nearly" | "placed" | "unplaced" | "parallel";

export const PHASES: readonly Phase[] = ["nearly", "placed", "unplaced", "parallel"];

/** The first phase that fits; null for what needs no work. Accepted gaps are in none. */
export function phaseOf({ state, note, suggestion, accepted }: Finding): Phase | null {
  if (accepted !== null) return null;
  switch (state) {
    case "dead":
    case "bypass":
      return "nearly";
    case "undefined":
      return note === null ? null : "nearly";
    case "missing":
      return suggestion === null ? "unplaced" : "placed";
    case "parallel_only":
      return "parallel";
    case "published":
      return null;
  }
}
