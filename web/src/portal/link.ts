//! The portal link of the page's address (`/portal/{id}` below the base), and its token behind `#`.

import { basePath } from "@/api/base";

export interface PortalLink {
  id: string;
  /** The path below which all screens of the link are. */
  path: string;
}

/** The link that a path belongs to; null for paths of the dashboard. */
export function linkOf(pathname: string, base: string): PortalLink | null {
  const start = `${base}portal/`;
  if (!pathname.startsWith(start)) return null;
  const id = pathname.slice(start.length).split("/")[0] ?? "";
  return id === "" ? null : { id, path: start + id };
}

/** The token of a fragment. What follows its last character, such as a space of a mail, is left out. */
export function tokenOf(hash: string): string | null {
  return /^#(pt_[\w-]{1,200})/.exec(hash)?.[1] ?? null;
}

export const portalLink = linkOf(window.location.pathname, basePath);

/** Returns the token and removes it from the address, so that neither the history nor a copied address has it. */
export function takeToken(): string | null {
  const token = tokenOf(window.location.hash);
  if (token === null) return null;
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return token;
}
