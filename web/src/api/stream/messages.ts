//! Messages of `GET /api/v1/stream`.

import type { DeliveryStatus } from "../types";

export interface DeliveryMessage {
  kind: "delivery";
  id: string;
  tenant_id: string;
  subscription_id: string;
  event_id: string;
  event_type: string;
  status: DeliveryStatus;
  at: string;
}

export type StreamMessage =
  | DeliveryMessage
  | { kind: "event"; id: string; tenant_id: string; type: string; at: string }
  | { kind: "subscription"; id: string; tenant_id: string; at: string }
  | { kind: "skipped"; deliveries: number; events: number }
  | { kind: "gap" };

const KINDS = new Set(["delivery", "event", "subscription", "skipped", "gap"]);

/** Null for a kind that this version does not know, or data that is no object. */
export function readMessage(kind: string, data: string): StreamMessage | null {
  if (!KINDS.has(kind)) return null;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return null;
    return { ...value, kind } as StreamMessage;
  } catch {
    return null;
  }
}
