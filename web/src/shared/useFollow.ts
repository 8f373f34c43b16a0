//! Following the end of a list: one refresh a second at most, however many rows arrive.

import { useEffect, useEffectEvent } from "react";

const INTERVAL = 1000;

export function useFollow(due: boolean, refresh: () => void): void {
  const latest = useEffectEvent(refresh);
  useEffect(() => {
    if (!due) return undefined;
    const timer = setTimeout(() => latest(), INTERVAL);
    return () => clearTimeout(timer);
  }, [due]);
}
