//! Failures of requests: an answer with `application/problem+json`, or no answer at all.

import type { Problem } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | null;
  /** Seconds of the `Retry-After` header; null without one. */
  readonly retryAfter: number | null;
  /** Where an expired portal link is replaced by a new one; null without such a `Link` header. */
  readonly refreshUrl: string | null;

  constructor(status: number, problem: Problem | null, retryAfter: number | null, refreshUrl: string | null = null) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
    this.refreshUrl = refreshUrl;
  }
}

/** The request got no answer: the server is down, the network is, or the browser went offline. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super("the server did not answer", { cause });
    this.name = "UnreachableError";
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}

/** Messages of a 422 by field, for forms. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const entries = (error.problem?.errors ?? []).map(({ field, message }) => [field, message] as const);
  return Object.fromEntries(entries);
}

export function toApiError(response: Response, body: unknown): ApiError {
  const seconds = Number(response.headers.get("retry-after"));
  return new ApiError(
    response.status,
    isProblem(body) ? body : null,
    Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    /<([^>]*)>;\s*rel="refresh"/.exec(response.headers.get("link") ?? "")?.[1] ?? null,
  );
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}
