//! The values of the form, and the request body that they make.

import type { SecretType, Subscription, SubscriptionFields } from "@/api/types";
import { batchingFields, NO_BATCHING, toBatching, type BatchingValues } from "./batching";
import { credentialFields, NO_CREDENTIALS, toCredentials, type CredentialValues } from "./credentials";
import { NO_ORDER, orderFields, toOrder, type OrderValues } from "./order";
import { NO_SHAPE, shapeFields, toShape, type Pair, type ShapeValues } from "./shape";

export type ScheduleKind = "profile" | "list" | "exponential";

export interface Values extends ShapeValues, BatchingValues, OrderValues, CredentialValues {
  url: string;
  description: string;
  events: string[];
  profile: "platform" | "tenant" | "standard";
  /** Of the generated secret; only a creation chooses it here. */
  secretType: SecretType;
  headers: Pair[];
  timeout: number | "";
  retry: boolean;
  maxRetries: number | "";
  schedule: ScheduleKind;
  delays: string;
  base: number | "";
  factor: number | "";
  cap: number | "";
  rate: number | "";
  period: "second" | "minute" | "hour";
  inFlight: number | "";
  disable: number | "";
  onPause: "collect" | "drop";
}

export const EMPTY: Values = {
  ...NO_SHAPE,
  ...NO_BATCHING,
  ...NO_ORDER,
  ...NO_CREDENTIALS,
  url: "",
  description: "",
  events: [],
  profile: "platform",
  secretType: "hmac",
  headers: [],
  timeout: "",
  retry: true,
  maxRetries: "",
  schedule: "profile",
  delays: "60, 300, 3600",
  base: 30,
  factor: 2,
  cap: 3600,
  rate: "",
  period: "second",
  inFlight: "",
  disable: "",
  onPause: "collect",
};

export function toValues(subscription: Subscription): Values {
  const schedule = subscription.retry?.schedule ?? "profile";
  return {
    ...EMPTY,
    ...toShape(subscription),
    ...toBatching(subscription),
    ...toOrder(subscription),
    ...toCredentials(subscription),
    url: subscription.url,
    description: subscription.description ?? "",
    events: subscription.events,
    profile: subscription.profile,
    headers: Object.entries(subscription.headers).map(([name, value]) => ({ name, value: String(value) })),
    timeout: subscription.timeout_seconds,
    retry: subscription.retry_enabled,
    maxRetries: subscription.max_retries,
    ...(Array.isArray(schedule)
      ? { schedule: "list" as const, delays: schedule.join(", ") }
      : typeof schedule === "object"
        ? {
            schedule: "exponential" as const,
            base: schedule.base_seconds,
            factor: schedule.factor ?? EMPTY.factor,
            cap: schedule.cap_seconds ?? EMPTY.cap,
          }
        : {}),
    rate: subscription.rate_limit?.limit ?? "",
    period: subscription.rate_limit?.period ?? "second",
    inFlight: subscription.max_in_flight ?? "",
    disable: subscription.auto_disable_after_hours ?? "",
    onPause: subscription.on_pause,
  };
}

const orNull = (value: number | ""): number | null => (value === "" ? null : value);

/** Fields that did not change are left out of a change, so that two people can edit different ones. */
export function toFields(values: Values, before: Values | null): SubscriptionFields {
  const all = fieldsOf(values);
  if (before === null) return { ...all, secret_type: values.secretType };
  const old: Record<string, unknown> = fieldsOf(before);
  const changed = Object.entries(all).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]));
  return Object.fromEntries(changed);
}

function fieldsOf(values: Values): SubscriptionFields {
  return {
    url: values.url.trim(),
    description: values.description.trim() || null,
    events: values.events,
    profile: values.profile,
    // The document calls it an object without naming its values.
    headers: headersOf(values.headers) as Record<string, never>,
    timeout_seconds: orNull(values.timeout),
    retry_enabled: values.retry,
    // With a list of delays their number is the number of retries.
    ...(values.maxRetries === "" || values.schedule === "list" ? {} : { max_retries: values.maxRetries }),
    retry: retryOf(values),
    rate_limit: values.rate === "" ? null : { limit: values.rate, period: values.period },
    max_in_flight: orNull(values.inFlight),
    auto_disable_after_hours: orNull(values.disable),
    on_pause: values.onPause,
    ...shapeFields(values),
    ...batchingFields(values),
    ...orderFields(values),
    ...credentialFields(values),
  };
}

export function headersOf(headers: Pair[]): Record<string, string> {
  return Object.fromEntries(headers.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]));
}

function retryOf(values: Values): SubscriptionFields["retry"] {
  switch (values.schedule) {
    case "profile":
      return null;
    case "list":
      return { schedule: parseDelays(values.delays) };
    case "exponential":
      return {
        schedule: {
          base_seconds: Number(values.base),
          factor: Number(values.factor),
          cap_seconds: Number(values.cap),
        },
      };
  }
}

export function parseDelays(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
}

/** The waits before each attempt, as drawn in the form; null when the profile decides. */
export function waitsOf(values: Values): number[] | null {
  if (!values.retry) return [0];
  switch (values.schedule) {
    case "profile":
      return null;
    case "list":
      return [0, ...parseDelays(values.delays)];
    case "exponential": {
      const retries = Math.min(Number(values.maxRetries === "" ? 3 : values.maxRetries), 20);
      const wait = (retry: number) => Math.min(Number(values.base) * Number(values.factor) ** retry, Number(values.cap));
      return [0, ...Array.from({ length: retries }, (_, retry) => wait(retry))];
    }
  }
}

export const PATTERN = /^(\*|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*(\.\*)?)$/;

export { covers } from "@/shared/patterns";
