//! The shared stream for components.

import { createContext, use, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { StreamState } from "./connection";
import type { StreamMessage } from "./messages";
import type { SharedStream } from "./shared";

export const StreamContext = createContext<SharedStream | null>(null);

/** Calls the listener for each message while the component is mounted. */
export function useStream(listener: (message: StreamMessage) => void): void {
  const stream = use(StreamContext);
  const latest = useEffectEvent(listener);
  useEffect(() => stream?.listen((message) => latest(message)), [stream]);
}

const never = () => () => undefined;
const off = (): StreamState => "off";

export function useStreamState(): StreamState {
  const stream = use(StreamContext);
  return useSyncExternalStore(stream?.subscribeState ?? never, stream?.state ?? off);
}
