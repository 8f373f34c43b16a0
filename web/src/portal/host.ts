//! The host: the product that made the portal link. Its look and its addresses outlive a reload, the token does not.

import { useQuery } from "@tanstack/react-query";
import type { Session } from "@/api/types";
import { sessionQuery } from "@/session/queries";
import { safeHref, showHidden } from "@/shared/text";
import { portalLink } from "./link";

type Portal = NonNullable<Session["portal"]>;

export type Host = Pick<Portal, "appearance" | "return_url" | "refresh_url">;

const NAME = `postrider.host.${portalLink?.id ?? ""}`;

/** What was remembered, or null: an older version may have written something else. */
export function parseHost(text: string | null): Host | null {
  try {
    const value = JSON.parse(text ?? "null") as Partial<Host> | null;
    if (typeof value?.appearance !== "object" || value.appearance === null) return null;
    const strings = Object.entries(value.appearance).filter(([, part]) => typeof part === "string");
    return {
      appearance: Object.fromEntries(strings),
      return_url: typeof value.return_url === "string" ? value.return_url : null,
      refresh_url: typeof value.refresh_url === "string" ? value.refresh_url : null,
    };
  } catch {
    return null;
  }
}

function read(): Host | null {
  if (portalLink === null) return null;
  try {
    return parseHost(window.sessionStorage.getItem(NAME));
  } catch {
    // Storage of a framed page may be blocked.
    return null;
  }
}

let remembered = read();

/** Keeps the host for this tab: after a reload the page can say where the link is to be opened again. */
export function rememberHost({ appearance, return_url, refresh_url }: Portal): void {
  remembered = { appearance, return_url, refresh_url };
  try {
    window.sessionStorage.setItem(NAME, JSON.stringify(remembered));
  } catch {
    // See read().
  }
}

/** The host of the page; null on the dashboard, and before a link has been opened for the first time. */
export function useHost(): Host | null {
  const { data } = useQuery({ ...sessionQuery, enabled: false });
  if (portalLink === null) return null;
  return data?.portal ?? remembered;
}

/** The host's name for a sentence or a title; null when the link has none. */
export function nameOf(host: Host | null): string | null {
  const name = host?.appearance.name?.trim() ?? "";
  return name === "" ? null : showHidden(name);
}

/** An address of the host, if a click on it is harmless. */
export function addressOf(address: string | null | undefined): string | undefined {
  return address ? safeHref(address) : undefined;
}
