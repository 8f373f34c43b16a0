//! The messages of the portal's own parts, in its chunk: the dashboard's first load has none of them.

import { useLanguage } from "@/messages/context";
import { portal as en } from "@/messages/en/portal";
import { portal as es } from "@/messages/es/portal";

export function usePortalWords(): typeof en {
  return useLanguage() === "es" ? es : en;
}
