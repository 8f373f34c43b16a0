//! Publishing, previewing and testing with a payload in its raw text, so that no number is rounded.

import { api, call, callWithResponse } from "./client";
import { tenantHeader, type Scope } from "./scope";
import type { Accepted, EventPreview, TestResult } from "./types";

const JSON_BODY = { "Content-Type": "application/json" };

/** An object whose values are JSON texts. */
export function rawObject(members: Record<string, string>): string {
  const parts = Object.entries(members).map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${parts.join(",")}}`;
}

/** What an event has beside its type and data. */
export interface Beside {
  metadata?: unknown;
  channels?: string[] | null | undefined;
}

function eventText(type: string, data: string, { metadata, channels }: Beside): string {
  return rawObject({
    type: JSON.stringify(type),
    data,
    metadata: JSON.stringify(metadata ?? {}),
    ...(channels?.length ? { channels: JSON.stringify(channels) } : {}),
  });
}

export function publishRaw(scope: Scope, type: string, data: string, beside: Beside = {}): Promise<Accepted> {
  return call(
    api.POST("/api/v1/events", {
      params: { header: tenantHeader(scope) },
      body: { type, data: {} },
      bodySerializer: () => eventText(type, data, beside),
      headers: JSON_BODY,
    }),
  );
}

/** Whether the event fits the catalog, and who would receive it. Nothing is stored or sent. */
export function previewRaw(scope: Scope, type: string, data: string, beside: Beside = {}, signal?: AbortSignal): Promise<EventPreview> {
  return call(
    api.POST("/api/v1/events/preview", {
      params: { header: tenantHeader(scope) },
      body: { type, data: {} },
      bodySerializer: () => eventText(type, data, beside),
      headers: JSON_BODY,
      signal,
    }),
  );
}

export interface Tested {
  result: TestResult;
  /** The delivery in the log; null when the server does not name it. */
  deliveryId: string | null;
}

/** Sends a test event at once, and waits for the receiver's answer. */
export async function testRaw(scope: Scope, id: string, type: string, payload: string): Promise<Tested> {
  const { data, response } = await callWithResponse(
    api.POST("/api/v1/webhooks/subscriptions/{id}/test", {
      params: { path: { id }, header: tenantHeader(scope) },
      body: {},
      bodySerializer: () => rawObject({ event_type: JSON.stringify(type), payload }),
      headers: JSON_BODY,
    }),
  );
  return { result: data, deliveryId: /dlv_[0-9a-z]+/.exec(response.headers.get("content-location") ?? "")?.[0] ?? null };
}
