//! Messages between the page and the page that embeds it. The page tells that its link has ended, that it has no token,
//! and its height; it accepts a token, and never sends one.

import { tokenOf } from "./link";

export type Told =
  | { type: "postrider:height"; height: number }
  | { type: "postrider:expired" }
  | { type: "postrider:token-wanted" };

export const embedded = window.parent !== window;

/** The embedding page wants the frame to be as high as its content: portal.js gives the frame this name. */
export const autoHeight = embedded && window.name === "postrider:auto";

/** Nothing in these messages is secret, and only pages that the link allows can embed this one: any origin may read. */
export function tell(message: Told): void {
  if (embedded) window.parent.postMessage(message, "*");
}

/** The origin of the embedding page, where the browser tells it. */
export function embedder(): string | null {
  const known = window.location.ancestorOrigins?.[0] ?? document.referrer;
  try {
    return new URL(known).origin;
  } catch {
    return null;
  }
}

type Heard = Pick<MessageEvent<unknown>, "source" | "origin" | "data">;

/** The token of a message of the embedding page; null for everything else. */
export function tokenIn({ source, origin, data }: Heard, parent: Window | null, expected: string | null): string | null {
  if (parent === null || source !== parent) return null;
  if (origin === "null" || origin === "" || (expected !== null && origin !== expected)) return null;
  if (typeof data !== "object" || data === null) return null;
  const { type, token } = data as Record<string, unknown>;
  if (type !== "postrider:token" || typeof token !== "string") return null;
  return tokenOf(`#${token}`) === token ? token : null;
}
