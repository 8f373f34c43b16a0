//! The screens of the rail, in their groups and order. A screen is left out for sessions that cannot use it.

import {
  IconActivity,
  IconBell,
  IconBolt,
  IconBook,
  IconChecklist,
  IconKey,
  IconLink,
  IconRepeat,
  IconSend,
  IconServer,
  IconSettings,
  IconTestPipe,
  IconUsers,
  IconWebhook,
  type Icon,
} from "@tabler/icons-react";
import type { LinkProps } from "@tanstack/react-router";
import type { Session } from "@/api/types";
import type { Messages } from "@/messages/en";
import { may } from "@/session/capabilities";

export type Group = "observe" | "configure" | "operate";

export interface Screen {
  to: LinkProps["to"] & string;
  group: Group;
  icon: Icon;
  label: (words: Messages["frame"]["screens"]) => string;
  allowed: (session: Session) => boolean;
}

const everyone = () => true;
const operator = ({ kind }: Session) => kind === "operator";

export const SCREENS: readonly Screen[] = [
  { to: "/", group: "observe", icon: IconActivity, label: (words) => words.overview, allowed: everyone },
  { to: "/deliveries", group: "observe", icon: IconSend, label: (words) => words.deliveries, allowed: everyone },
  { to: "/events", group: "observe", icon: IconBolt, label: (words) => words.events, allowed: everyone },
  { to: "/coverage", group: "observe", icon: IconChecklist, label: (words) => words.coverage, allowed: (session) => may(session, "coverage:read") },
  { to: "/subscriptions", group: "configure", icon: IconWebhook, label: (words) => words.subscriptions, allowed: everyone },
  { to: "/testing", group: "configure", icon: IconTestPipe, label: (words) => words.testing, allowed: (session) => may(session, "test:send") },
  { to: "/catalog", group: "configure", icon: IconBook, label: (words) => words.catalog, allowed: everyone },
  { to: "/portal-links", group: "configure", icon: IconLink, label: (words) => words.portalLinks, allowed: operator },
  { to: "/replays", group: "operate", icon: IconRepeat, label: (words) => words.replays, allowed: everyone },
  { to: "/tenants", group: "operate", icon: IconUsers, label: (words) => words.tenants, allowed: operator },
  { to: "/keys", group: "operate", icon: IconKey, label: (words) => words.keys, allowed: operator },
  { to: "/nodes", group: "operate", icon: IconServer, label: (words) => words.nodes, allowed: operator },
  { to: "/operational-events", group: "operate", icon: IconBell, label: (words) => words.operationalEvents, allowed: operator },
  { to: "/settings", group: "operate", icon: IconSettings, label: (words) => words.settings, allowed: operator },
];

/** The name of the screen at a path, also of one that the rail has not. */
export function titleOf(path: string, words: Messages["frame"]["screens"]): string | undefined {
  return path === "/welcome" ? words.welcome : screenOf(path)?.label(words);
}

export const GROUPS: readonly Group[] = ["observe", "configure", "operate"];

/** The screen that a path belongs to; the overview only at its own address. */
export function screenOf(path: string): Screen | undefined {
  return SCREENS.filter(({ to }) => path === to || (to !== "/" && path.startsWith(`${to}/`))).sort(
    (a, b) => b.to.length - a.to.length,
  )[0];
}
