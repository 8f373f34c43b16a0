//! The filters of the list: in the address, and as query parameters of the API.

import { ownerOf } from "@/routes/root";
import { EVENT_TYPE, instant, matching, oneOf, since, sinceMilliseconds, text } from "@/shared/search";

export const RANGES = ["1h", "24h", "7d", "30d", "all"] as const;
/** The range of an address without one. */
export const DEFAULT_RANGE = "all";
export const VIEWS = ["receivers", "payload"] as const;

export interface EventsSearch {
  type?: string | undefined;
  since?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
  /** A whole event id, generated or the publisher's. */
  id?: string | undefined;
  order?: "oldest" | undefined;
  open?: string | undefined;
  of?: string | undefined;
  view?: (typeof VIEWS)[number] | undefined;
}

export function parseEventsSearch(raw: Record<string, unknown>): EventsSearch {
  return {
    type: matching(raw, "type", EVENT_TYPE),
    since: since(raw, "since"),
    after: instant(raw, "after"),
    before: instant(raw, "before"),
    id: text(raw, "id", 200),
    order: oneOf(raw, "order", ["oldest"]),
    open: text(raw, "open", 200),
    of: ownerOf(raw),
    view: oneOf(raw, "view", VIEWS),
  };
}

export const NO_FILTER: EventsSearch = {
  type: undefined,
  since: undefined,
  after: undefined,
  before: undefined,
  id: undefined,
};

/** The part of the address that selects rows; what is open is no part of it. */
export function filterOf({ type, since: range, after, before, id, order }: EventsSearch) {
  return { type, since: range, after, before, id, order };
}

export type EventFilter = ReturnType<typeof filterOf>;

export function isFiltered({ order: _, ...filter }: EventFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** The query of the API. `now` is fixed once per list: the end of a relative range, and of a list that grows at its top. */
export function toQuery(filter: EventFilter, now: number) {
  const anchor = filter.order === "oldest" ? undefined : new Date(now + 1000).toISOString();
  return {
    event_type: filter.type,
    after:
      filter.since === undefined ? filter.after : new Date(now - sinceMilliseconds(filter.since)).toISOString(),
    before: filter.before ?? anchor,
    order: filter.order,
  };
}

export type EventQuery = ReturnType<typeof toQuery>;
