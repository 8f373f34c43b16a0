//! The form of a tenant, and the body that it stands for. Pure functions.

import type { PutTenant, Tenant } from "@/api/types";

/** The server shows a password like this, and keeps it when it is sent back. */
export const MASKED = "***";
export const EGRESS_KINDS = ["none", "source", "proxy"] as const;

export interface Values {
  name: string;
  subscriptions: number | null;
  keys: number | null;
  payload: number | null;
  rate: number | null;
  period: "second" | "minute" | "hour";
  burst: number | null;
  payloadDays: number | null;
  rowsDays: number | null;
  egress: (typeof EGRESS_KINDS)[number];
  /** Addresses, separated by commas or spaces. */
  source: string;
  proxyUrl: string;
  proxyUser: string;
  proxyPassword: string;
  proxyAddresses: string;
}

/** Names of the fields that are numbers. */
export type Count = { [Name in keyof Values]: Values[Name] extends number | null ? Name : never }[keyof Values];

export const PERIODS = ["second", "minute", "hour"] as const;

export function toValues(tenant: Tenant | null): Values {
  const limits = tenant?.limits;
  const { source_addresses: source, proxy } = tenant?.egress ?? {};
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
    egress: source ? "source" : proxy ? "proxy" : "none",
    source: source?.join(", ") ?? "",
    proxyUrl: proxy?.url ?? "",
    proxyUser: proxy?.username ?? "",
    proxyPassword: proxy?.password ?? "",
    proxyAddresses: proxy?.addresses.join(", ") ?? "",
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
    egress: toEgress(values),
  };
}

function toEgress(values: Values): NonNullable<PutTenant["egress"]> | null {
  const list = (text: string) => text.split(/[\s,]+/).filter((part) => part !== "");
  switch (values.egress) {
    case "none":
      return null;
    case "source":
      return { source_addresses: list(values.source) };
    case "proxy": {
      const username = values.proxyUser.trim() || null;
      const password = username === null ? null : values.proxyPassword || null;
      return { proxy: { url: values.proxyUrl.trim(), username, password, addresses: list(values.proxyAddresses) } };
    }
  }
}
