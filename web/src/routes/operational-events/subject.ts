//! What an operational event is about, read from its payload. A payload of another version may lack any field.

export interface Subject {
  tenant: string | null;
  subscription: { id: string; url: string } | null;
  delivery: string | null;
  event: string | null;
  eventType: string | null;
  limit: string | null;
  reason: string | null;
  node: string | null;
}

type Json = Record<string, unknown>;

export function subjectOf(data: unknown): Subject {
  const fields = objectOf(data) ?? {};
  const subscription = objectOf(fields.subscription);
  const id = textOf(subscription?.id);
  // Most events name the failed delivery beside the subscription, `exhausted` is the delivery itself.
  const failure = objectOf(fields.last_failure) ?? fields;
  return {
    tenant: textOf(fields.tenant_id),
    subscription: id === null ? null : { id, url: textOf(subscription?.url) ?? id },
    delivery: textOf(failure.delivery_id),
    event: textOf(failure.event_id),
    eventType: textOf(failure.event_type),
    limit: textOf(fields.limit),
    reason: textOf(fields.reason) ?? textOf(failure.error),
    node: textOf(fields.node),
  };
}

function objectOf(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
