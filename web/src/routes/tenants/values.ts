//! The form of a tenant, and the body that it stands for. Pure functions.

import type { PutTenant, Tenant } from "@/api/types";

type Count = number | null;

export interface Values {
  name: string;
  subscriptions: Count;
  keys: Count;
  payload: Count;
  rate: Count;
  period: "second" | "minute" | "hour";
  burst: Count;
  payloadDays: Count;
  rowsDays: Count;
}

export const PERIODS = ["second", "minute", "hour"] as const;

export function toValues(tenant: Tenant | null): Values {
  const limits = tenant?.limits;
  return {
    name: tenant?.name ?? "",
    subscriptions: limits?.subscriptions ?? null,
    keys: limits?.keys ?? null,
    payload: limits?.payload_bytes ?? null,
    rate: limits?.publish?.limit ?? null,
    period: limits?.publish?.period ?? "second",
    burst: limits?.publish?.burst ?? null,
    payloadDays: tenant?.retention.payload_days ?? null,
    rowsDays: tenant?.retention.rows_days ?? null,
  };
}

/** An empty field is sent as null, which restores the installation's default. */
export function toBody(values: Values): PutTenant {
  return {
    name: values.name.trim() === "" ? null : values.name.trim(),
    limits: {
      subscriptions: values.subscriptions,
      keys: values.keys,
      payload_bytes: values.payload,
      publish: values.rate === null ? null : { limit: values.rate, period: values.period, burst: values.burst },
    },
    retention: { payload_days: values.payloadDays, rows_days: values.rowsDays },
  };
}
