//! The host's icon in place of ours; no icon when the host has none.

import { useEffect } from "react";
import { addressOf } from "./host";

export function useFavicon(address: string | null | undefined): void {
  const href = addressOf(address);
  useEffect(() => {
    document.querySelectorAll('link[rel="icon"]').forEach((link) => link.remove());
    if (href === undefined) return;
    const link = document.createElement("link");
    link.rel = "icon";
    link.href = href;
    document.head.append(link);
  }, [href]);
}
