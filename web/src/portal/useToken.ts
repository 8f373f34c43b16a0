//! The token of the page: of its address, of a newer link that was opened in the same tab, or of the embedding page.

import { useEffect, useEffectEvent, useState } from "react";
import { takeToken } from "./link";
import { embedded, embedder, tell, tokenIn } from "./parent";

/** How long the embedding page may take to answer before the page says that it has no token. */
const PATIENCE = 1500;

/** Tokens that arrive later go to `onToken`. The embedding page is asked, and heard, only while one is needed. */
export function useLaterTokens(needed: boolean, onToken: (token: string) => void): void {
  const accept = useEffectEvent(onToken);
  const onMessage = useEffectEvent((event: MessageEvent<unknown>) => {
    const token = needed ? tokenIn(event, window.parent, embedder()) : null;
    if (token !== null) accept(token);
  });
  useEffect(() => {
    const onHash = () => {
      const token = takeToken();
      if (token !== null) accept(token);
    };
    window.addEventListener("hashchange", onHash);
    if (embedded) window.addEventListener("message", onMessage);
    return () => {
      window.removeEventListener("hashchange", onHash);
      window.removeEventListener("message", onMessage);
    };
  }, []);
}

/** True while the embedding page may still answer with a token. */
export function useAsked(missing: boolean): boolean {
  const asking = embedded && missing;
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!asking) return undefined;
    tell({ type: "postrider:token-wanted" });
    const timer = setTimeout(() => setOver(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [asking]);
  return asking && !over;
}
