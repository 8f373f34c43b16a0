//! Why a delivery is in its state, and what to do, in words.

import type { DeliveryDetail } from "@/api/types";
import type { Messages } from "@/messages/en";

type Words = Messages["deliveries"]["explain"];

export interface Explanation {
  title: string;
  advice: string | null;
}

type Facts = Pick<DeliveryDetail, "status" | "response_code" | "error_message" | "attempt_number">;

/** `limit` of the receiver's answers: 410 ends a subscription, 401 and 403 are signatures, 404 is a wrong path. */
export function explain(delivery: Facts, words: Words): Explanation {
  const tried = words.attempts(delivery.attempt_number);
  if (delivery.status === "failed" && failureOf(delivery) === "dropped") return { title: words.dropped, advice: null };
  switch (delivery.status) {
    case "success":
      return { title: words.delivered(tried), advice: null };
    case "pending":
      return delivery.attempt_number > 0
        ? { title: words.again, advice: null }
        : { title: words.waiting, advice: null };
    case "disabled":
      return { title: words.gone, advice: words.goneDo };
    case "retrying":
      return { title: words.retrying(reason(delivery, words)), advice: advice(delivery, words) };
    case "failed":
      return delivery.attempt_number === 0
        ? { title: words.notSent, advice: null }
        : { title: words.failed(tried, reason(delivery, words)), advice: advice(delivery, words) };
  }
}

export type Failure =
  | "dns"
  | "timeout"
  | "tls"
  | "policy"
  | "refused"
  | "connection"
  | "auth"
  | "missing"
  | "slowDown"
  | "client"
  | "server"
  | "redirect"
  | "dropped"
  | "shape"
  | "token"
  | "listed"
  | "unknown";

export function failureOf({ response_code: code, error_message: message }: Pick<Facts, "response_code" | "error_message">): Failure {
  const text = (message ?? "").toLowerCase();
  // The response of a batch is a success, but not for each of its events.
  if (/^the (response to the batch|list of failed events)/.test(text)) return "listed";
  if (code !== null && code !== undefined) {
    if (code === 401 || code === 403) return "auth";
    if (code === 404 || code === 405) return "missing";
    if (code === 408 || code === 429) return "slowDown";
    if (code >= 500) return "server";
    if (code >= 400) return "client";
    if (code >= 300) return "redirect";
    return "unknown";
  }
  // These tell what happened before a connection, in words that may be the script's own.
  if (text.endsWith("transformation dropped it")) return "dropped";
  if (/^not sent: (the transformation failed|the event has no)/.test(text)) return "shape";
  if (text.startsWith("not sent: no access token")) return "token";
  if (/host name|name server|dns/.test(text)) return "dns";
  if (/address policy|not allow/.test(text)) return "policy";
  if (/certificate|tls/.test(text)) return "tls";
  if (/refused/.test(text)) return "refused";
  if (/timed? ?out|in time|timeout/.test(text)) return "timeout";
  return text === "" ? "unknown" : "connection";
}

function reason(delivery: Facts, words: Words): string {
  const { response_code: code } = delivery;
  const failure = failureOf(delivery);
  return code === null || code === undefined || failure === "listed" ? words.reason[failure] : words.answered(code);
}

function advice(delivery: Facts, words: Words): string | null {
  return words.advice[failureOf(delivery)] || null;
}
