//! The state of an event type in the live view.

import type { Coverage } from "@/api/types";
import type { LIVE_STATES } from "./route";

export type LiveState = (typeof LIVE_STATES)[number];

/** What a reader mends first comes first. */
const URGENCY: readonly LiveState[] = ["broke_schema", "unknown", "waiting", "nobody", "never_seen", "fine"];

export interface Line {
  type: string;
  state: LiveState;
  code: Coverage["events"][number]["code"];
  published: number | null;
  subscriptions: number;
}

/** The gap that matters most to receivers. */
export function liveState({ promised, published, misfits, subscriptions }: Coverage["events"][number]): LiveState {
  if (!promised) return "unknown";
  if (published === 0) return "never_seen";
  if (misfits > 0) return "broke_schema";
  return subscriptions === 0 ? "nobody" : "fine";
}

/** Types, and what is subscribed in vain without being one of them, such as patterns. */
export function linesOf(coverage: Coverage): Line[] {
  const events = coverage.events.map((event): Line => {
    const { event_type: type, code, published, subscriptions } = event;
    return { type, state: liveState(event), code, published, subscriptions };
  });
  const known = new Set(events.map(({ type }) => type));
  const inVain = coverage.subscribed_never_published
    .filter(({ event_type: type }) => !known.has(type))
    .map(({ event_type: type, subscriptions }): Line => ({ type, state: "waiting", code: null, published: null, subscriptions }));
  const rank = ({ state }: Line) => URGENCY.indexOf(state);
  return [...events, ...inVain].sort((a, b) => rank(a) - rank(b));
}
