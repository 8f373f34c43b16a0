//! The part of the form that sends several events in one request, or a reference in the place of the payload.

import type { Subscription, SubscriptionFields } from "@/api/types";
import type { OrderValues } from "./order";
import { requestOf, type ShapeValues } from "./shape";

export interface BatchingValues {
  batching: boolean;
  batchEvents: number | string;
  batchWait: number | string;
  batchFormat: "json" | "ndjson";
  payload: "full" | "reference";
}

export const NO_BATCHING: BatchingValues = { batching: false, batchEvents: 100, batchWait: 1000, batchFormat: "json", payload: "full" };

/** Bounds of the API; the wait in milliseconds. */
export const BOUNDS = { batchEvents: [2, 1000], batchWait: [0, 60_000] } as const;
type Bounded = keyof typeof BOUNDS;

/** An empty field has the default of the API. */
const numberOf = (values: BatchingValues, field: Bounded): number => Number(values[field] === "" ? NO_BATCHING[field] : values[field]);

export const batchEvents = (values: BatchingValues): number => numberOf(values, "batchEvents");
export const batchWait = (values: BatchingValues): number => numberOf(values, "batchWait");

export function isOutside(values: BatchingValues, field: Bounded): boolean {
  const [least, most] = BOUNDS[field];
  const value = numberOf(values, field);
  return values.batching && !(Number.isInteger(value) && value >= least && value <= most);
}

type Known = Pick<Subscription, "batching" | "payload">;

/** `payload` is absent in answers of an older server. */
export function toBatching({ batching, payload }: Partial<Known>): BatchingValues {
  return {
    ...NO_BATCHING,
    ...(batching ? { batching: true, batchEvents: batching.max_events, batchWait: batching.max_wait_ms, batchFormat: batching.format } : {}),
    payload: payload ?? "full",
  };
}

export function batchingFields(values: BatchingValues): Pick<SubscriptionFields, "batching" | "payload"> {
  return {
    batching: values.batching ? { max_events: batchEvents(values), max_wait_ms: batchWait(values), format: values.batchFormat } : null,
    payload: values.payload,
  };
}

/** The fields of a preview: a number that is outside of its bounds is shown as a fault, and not sent. */
export function checkedBatching(values: BatchingValues): Pick<SubscriptionFields, "batching" | "payload"> {
  const outside = isOutside(values, "batchEvents") || isOutside(values, "batchWait");
  return outside ? { payload: values.payload } : batchingFields(values);
}

/** A part of the form that is made for one event with its data, or for one delivery after the other. */
export type Conflict = "order" | "transformation" | "url";

export function conflictWithBatching(values: ShapeValues & OrderValues): Conflict | null {
  if (values.order !== "none") return "order";
  if (values.form !== "none") return "transformation";
  const request = requestOf(values);
  return request && (request.path || Object.keys(request.query ?? {}).length > 0) ? "url" : null;
}

export function conflictWithReference(values: ShapeValues): Conflict | null {
  return values.form === "none" ? null : "transformation";
}
