//! Actions that go somewhere: to a screen, and to an object by its id.

import { IconArrowRight } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { SCREENS } from "@/frame/screens";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import type { Action } from "./action";

export function useScreenLinks(): Action[] {
  const { frame } = useMessages();
  const session = useSession();
  const navigate = useNavigate();
  return SCREENS.filter(({ allowed }) => allowed(session)).map(({ to, icon, label }) => ({
    id: `go-${to}`,
    label: label(frame.screens),
    icon,
    run: () => void navigate({ to }),
  }));
}

export type IdKind = "delivery" | "subscription" | "event";

/** The kind of object that an id names; null for other text. */
export function idKind(text: string): IdKind | null {
  if (/^dlv_[0-9a-hjkmnp-tv-z]{26}$/.test(text)) return "delivery";
  if (/^sub_[0-9a-hjkmnp-tv-z]{26}$/.test(text)) return "subscription";
  if (/^evt_[0-9a-hjkmnp-tv-z]{26}$/.test(text)) return "event";
  return null;
}

export function useJump(text: string): Action | null {
  const { frame } = useMessages();
  const navigate = useNavigate();
  const id = text.trim();
  const kind = idKind(id);
  if (kind === null) return null;
  return {
    id: "jump",
    label: frame.palette.jump(id),
    icon: IconArrowRight,
    run: () => {
      if (kind === "delivery") void navigate({ to: "/deliveries", search: { open: id } });
      else if (kind === "event") void navigate({ to: "/deliveries", search: { event: id, since: "30d" } });
      else void navigate({ to: "/subscriptions/$id", params: { id } });
    },
  };
}
