//! The filters of the list: in the address, and as query parameters of the API.

import type { DeliveryStatus } from "@/api/types";
import { ownerOf } from "@/routes/root";
import { EVENT_TYPE, instant, integer, matching, oneOf, since, sinceMilliseconds, text } from "@/shared/search";

export const STATUS_VALUES = ["pending", "retrying", "success", "failed", "disabled"] as const satisfies DeliveryStatus[];
/** `waiting` stands for `pending` and `retrying`, which the API lists one by one. */
export const FILTER_STATUSES = ["waiting", ...STATUS_VALUES] as const;
export type FilterStatus = (typeof FILTER_STATUSES)[number];
export const RANGES = ["15m", "1h", "24h", "7d", "30d", "all"] as const;
export const DEFAULT_RANGE = "24h";

export interface DeliverySearch {
  status?: FilterStatus | undefined;
  type?: string | undefined;
  subscription?: string | undefined;
  /** `503`, `5xx` or `500-504`. */
  code?: string | undefined;
  since?: string | undefined;
  after?: string | undefined;
  before?: string | undefined;
  text?: string | undefined;
  event?: string | undefined;
  /** The last attempt took at least this many milliseconds. */
  slow?: number | undefined;
  /** Due for at least this many minutes without an attempt. */
  hung?: number | undefined;
  order?: "oldest" | undefined;
  open?: string | undefined;
  of?: string | undefined;
  view?: "request" | "response" | "event" | undefined;
  attempt?: number | undefined;
}

export const CODE = /^([1-9]\d\d|[1-9][xX]{2}|[1-9]\d\d-[1-9]\d\d)$/;
const SUBSCRIPTION = /^(sub_[0-7][0-9a-hjkmnp-tv-z]{25}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function parseDeliverySearch(raw: Record<string, unknown>): DeliverySearch {
  return {
    status: oneOf(raw, "status", FILTER_STATUSES),
    type: matching(raw, "type", EVENT_TYPE),
    subscription: matching(raw, "subscription", SUBSCRIPTION),
    code: matching(raw, "code", CODE),
    since: oneOf(raw, "since", ["all"]) ?? since(raw, "since"),
    after: instant(raw, "after"),
    before: instant(raw, "before"),
    text: text(raw, "text"),
    event: text(raw, "event", 200),
    slow: integer(raw, "slow", 0, 86_400_000),
    hung: integer(raw, "hung", 0, 525_600),
    order: oneOf(raw, "order", ["oldest"]),
    open: matching(raw, "open", /^[A-Za-z0-9_-]{1,64}$/),
    of: ownerOf(raw),
    view: oneOf(raw, "view", ["request", "response", "event"]),
    attempt: integer(raw, "attempt", 1, 10_000),
  };
}

/** The part of the address that selects rows; what is open is no part of it. */
export function filterOf(search: DeliverySearch) {
  const { status, type, subscription, code, after, before, text, event, slow, hung, order } = search;
  const range = after === undefined && before === undefined ? (search.since ?? DEFAULT_RANGE) : undefined;
  return { status, type, subscription, code, since: range, after, before, text, event, slow, hung, order };
}

export type DeliveryFilter = ReturnType<typeof filterOf>;

export const NO_FILTER: DeliverySearch = {
  status: undefined,
  type: undefined,
  subscription: undefined,
  code: undefined,
  since: undefined,
  after: undefined,
  before: undefined,
  text: undefined,
  event: undefined,
  slow: undefined,
  hung: undefined,
};

export function isFiltered(filter: DeliveryFilter): boolean {
  const { since: range, order, ...rest } = filter;
  return (range !== undefined && range !== DEFAULT_RANGE) || Object.values(rest).some((value) => value !== undefined);
}

/** Filters that bulk actions do not know. */
export function hasUnindexed({ code, text, event, slow, hung }: DeliveryFilter): boolean {
  return [code, text, event, slow, hung].some((value) => value !== undefined);
}

/** Two lists in one, and filters without an index: the server answers them by bounded walks, so there are no offsets and no exact count. */
export function isWalked(filter: DeliveryFilter): boolean {
  return filter.status === "waiting" || hasUnindexed(filter);
}

/**
 * The query of the API. `now` is fixed once per list: it is the end of a relative range, and it keeps the offsets of a
 * list in place while new rows arrive.
 */
export function toQuery(filter: DeliveryFilter, now: number) {
  const start = filter.since === undefined || filter.since === "all" ? undefined : now - sinceMilliseconds(filter.since);
  // An oldest-first list grows at its end, so it needs no anchor.
  const anchor = filter.order === "oldest" ? undefined : new Date(now + 1000).toISOString();
  return {
    status: filter.status,
    event_type: filter.type,
    subscription_id: filter.subscription,
    response_code: filter.code,
    search: filter.text,
    event_id: filter.event,
    min_duration_ms: filter.slow,
    overdue_minutes: filter.hung,
    after: start === undefined ? filter.after : new Date(start).toISOString(),
    before: filter.before ?? anchor,
  };
}

export type DeliveryQuery = ReturnType<typeof toQuery>;
