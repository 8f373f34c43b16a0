//! The one policy that says which failed requests are repeated.

import { ApiError, UnreachableError } from "./problem";

const LAST_ATTEMPT = 3;
const LONGEST_DELAY = 10_000;
const TRANSIENT = new Set([429, 502, 503, 504]);

/** Reads are repeated when the server is away or asks to come again; a client's mistake and a 500 are not. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (failures >= LAST_ATTEMPT) return false;
  if (error instanceof UnreachableError) return true;
  return error instanceof ApiError && TRANSIENT.has(error.status);
}

/** Milliseconds before the next attempt: the server's `Retry-After`, else exponential. */
export function retryDelay(failures: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfter : null;
  return Math.min(asked !== null ? asked * 1000 : 500 * 2 ** failures, LONGEST_DELAY);
}
