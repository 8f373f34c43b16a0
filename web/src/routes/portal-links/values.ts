//! The form of a portal link, the body that it stands for, and the snippet that embeds a link. Pure functions.

import type { NewPortalLink, PortalCapability } from "@/api/types";
import { contrast, parseColor } from "@/shared/contrast";

export const CAPABILITIES: readonly PortalCapability[] = [
  "subscriptions:write",
  "secrets:read",
  "secrets:rotate",
  "deliveries:retry",
  "deliveries:cancel",
  "test:send",
  "replays:write",
];

export const LIFETIMES = ["600", "3600", "86400", "604800", "2592000", "7776000"] as const;

export interface Values {
  tenant: string;
  mode: "view" | "manage";
  capabilities: readonly PortalCapability[];
  lifetime: string;
  returnUrl: string;
  refreshUrl: string;
  ancestors: string;
  name: string;
  color: string;
  textColor: string;
  logo: string;
  logoDark: string;
  scheme: "light" | "dark" | null;
  language: string | null;
}

/** A new link may do what changes nothing that cannot be changed back: no secrets. */
export const EMPTY: Values = {
  tenant: "",
  mode: "manage",
  capabilities: CAPABILITIES.filter((capability) => !capability.startsWith("secrets:")),
  lifetime: "86400",
  returnUrl: "",
  refreshUrl: "",
  ancestors: "",
  name: "",
  color: "",
  textColor: "",
  logo: "",
  logoDark: "",
  scheme: null,
  language: null,
};

const LEAST_CONTRAST = 4.5;

export type ColorFault = "color" | "textColor" | "contrast" | null;

/** What the server would refuse about the colours. */
export function colorFault({ color, textColor }: Pick<Values, "color" | "textColor">): ColorFault {
  if (color !== "" && parseColor(color) === null) return "color";
  if (textColor === "") return null;
  if (parseColor(textColor) === null) return "textColor";
  const found = color === "" ? null : contrast(color, textColor);
  return found !== null && found < LEAST_CONTRAST ? "contrast" : null;
}

export function toBody(values: Values): NewPortalLink {
  const some = (text: string) => (text.trim() === "" ? null : text.trim());
  const ancestors = values.ancestors.split(/[\s,]+/).filter((origin) => origin !== "");
  return {
    tenant_id: values.tenant.trim(),
    mode: values.mode,
    capabilities: values.mode === "view" ? null : [...values.capabilities],
    expires_in_seconds: Number(values.lifetime),
    return_url: some(values.returnUrl),
    refresh_url: some(values.refreshUrl),
    allowed_ancestors: ancestors.length === 0 ? null : ancestors,
    appearance: {
      name: some(values.name),
      color: some(values.color),
      text_color: some(values.textColor),
      logo_url: some(values.logo),
      logo_dark_url: some(values.logoDark),
      scheme: values.scheme,
      language: values.language,
    },
  };
}

/** The URL comes from the server, and is escaped all the same: the snippet is pasted into pages. */
export function embedSnippet(url: string, title: string): string {
  const escape = (text: string) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return `<iframe src="${escape(url)}" title="${escape(title)}" style="width: 100%; height: 800px; border: 0"></iframe>`;
}
