//! One connection to the stream, read by `fetch` so that a portal's bearer works. It reconnects until it is aborted.

import { apiUrl } from "../base";
import { authorise } from "../credential";
import { createParser, type ServerEvent } from "./parse";

export type StreamState = "connecting" | "open" | "off";

export interface ConnectionHooks {
  lastId: () => string;
  onEvent: (event: ServerEvent) => void;
  onState: (state: StreamState) => void;
}

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30_000;
/** The server sends a heartbeat every 15 s; silence of three means a dead connection. */
const SILENCE = 45_000;

export async function runConnection(signal: AbortSignal, hooks: ConnectionHooks): Promise<void> {
  let delay = FIRST_DELAY;
  while (!signal.aborted) {
    hooks.onState("connecting");
    const opened = await readOnce(signal, hooks);
    if (signal.aborted) break;
    if (opened === "refused") {
      hooks.onState("off");
      return;
    }
    delay = opened === "opened" ? FIRST_DELAY : Math.min(delay * 2, LONGEST_DELAY);
    await pause(delay * (0.75 + Math.random() / 2), signal);
  }
  hooks.onState("off");
}

type Opened = "opened" | "failed" | "refused";

async function readOnce(signal: AbortSignal, hooks: ConnectionHooks): Promise<Opened> {
  const silence = new AbortController();
  const stop = () => silence.abort();
  signal.addEventListener("abort", stop, { once: true });
  let watchdog = setTimeout(stop, SILENCE);
  let opened: Opened = "failed";
  try {
    const headers = new Headers({ Accept: "text/event-stream" });
    authorise(headers, "GET");
    if (hooks.lastId() !== "") headers.set("Last-Event-ID", hooks.lastId());
    const response = await fetch(apiUrl("/api/v1/stream"), {
      headers,
      signal: silence.signal,
      credentials: "same-origin",
      cache: "no-store",
    });
    // A session that has ended, and a server without the stream, are final until the page asks again.
    if ([401, 403, 404].includes(response.status)) return "refused";
    if (!response.ok || response.body === null) return "failed";
    opened = "opened";
    hooks.onState("open");
    const parse = createParser(hooks.onEvent);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return opened;
      clearTimeout(watchdog);
      watchdog = setTimeout(stop, SILENCE);
      parse(value);
    }
  } catch {
    return opened;
  } finally {
    clearTimeout(watchdog);
    signal.removeEventListener("abort", stop);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
