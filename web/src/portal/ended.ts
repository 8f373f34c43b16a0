//! Why a portal link gives no access, and where a new one is.

import { ApiError, isStatus } from "@/api/problem";
import { addressOf, type Host } from "./host";

export type Ending = "missing" | "expired" | "revoked" | "unknown";

/**
 * The API answers 401 in all cases. It names a new link for expired ones only; a link that ends before its time was
 * revoked.
 */
export function endingOf(error: unknown, expiresAt: string | null | undefined, now: number): Ending | null {
  if (!isStatus(error, 401)) return null;
  if (error instanceof ApiError && error.refreshUrl !== null) return "expired";
  if (!expiresAt) return "unknown";
  return Date.parse(expiresAt) <= now ? "expired" : "revoked";
}

/** The address of a new link; else of the page that the portal leads back to. */
export function renewalOf(error: unknown, host: Host | null): { refresh: string | undefined; back: string | undefined } {
  const named = error instanceof ApiError ? error.refreshUrl : null;
  return { refresh: addressOf(named) ?? addressOf(host?.refresh_url), back: addressOf(host?.return_url) };
}
