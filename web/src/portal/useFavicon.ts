//! The host's icon in place of ours; an empty one when the host has none, since browsers ask for `/favicon.ico` otherwise.

import { useEffect } from "react";
import { apiUrl } from "@/api/base";
import { addressOf } from "./host";

export function useFavicon(address: string | null | undefined): void {
  const href = addressOf(address);
  useEffect(() => {
    document.querySelectorAll('link[rel="icon"]').forEach((link) => link.remove());
    const link = document.createElement("link");
    link.rel = "icon";
    link.href = href ?? apiUrl("/blank.svg");
    document.head.append(link);
  }, [href]);
}
