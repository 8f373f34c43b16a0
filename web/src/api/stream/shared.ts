//! One stream for all tabs of a session. The tab that holds a Web Lock reads it and passes messages on by
//! BroadcastChannel. Hidden tabs give the lock up, so an origin whose tabs are all hidden has no open stream.

import { basePath } from "../base";
import type { Session } from "../types";
import { runConnection, type StreamState } from "./connection";
import { readMessage, type StreamMessage } from "./messages";

type Wire =
  | { type: "message"; id: string; message: StreamMessage }
  | { type: "state"; state: StreamState }
  | { type: "hello" };

export class SharedStream {
  readonly #name: string;
  #channel: BroadcastChannel | null = null;
  readonly #messageListeners = new Set<(message: StreamMessage) => void>();
  readonly #stateListeners = new Set<() => void>();
  #leading: AbortController | null = null;
  #lastId = "";
  #state: StreamState = "connecting";
  #missed = false;

  constructor(kind: Session["kind"], tenant: string | null) {
    this.#name = `postrider${basePath}${kind}/${tenant ?? "*"}`;
  }

  /** Takes part until the returned function is called. */
  open(): () => void {
    this.#channel = openChannel(this.#name);
    if (this.#channel !== null) this.#channel.onmessage = ({ data }: MessageEvent<Wire>) => this.#hear(data);
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#onVisibility();
    this.#tell({ type: "hello" });
    return () => {
      document.removeEventListener("visibilitychange", this.#onVisibility);
      this.#leading?.abort();
      this.#leading = null;
      this.#channel?.close();
      this.#channel = null;
    };
  }

  #tell(wire: Wire): void {
    this.#channel?.postMessage(wire);
  }

  listen(listener: (message: StreamMessage) => void): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  subscribeState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  state = (): StreamState => this.#state;

  /** The page reads its lists before the stream is open: they are read again when it opens. */
  miss(): void {
    this.#missed = true;
  }

  #onVisibility = (): void => {
    if (document.visibilityState === "hidden") {
      this.#leading?.abort();
      this.#leading = null;
    } else if (this.#leading === null) {
      this.#lead();
    }
  };

  /** Waits for the lock, then reads until this tab is hidden or closed. */
  #lead(): void {
    const leading = new AbortController();
    this.#leading = leading;
    const read = () =>
      runConnection(leading.signal, {
        lastId: () => this.#lastId,
        onEvent: ({ id, event, data }) => {
          const message = readMessage(event, data);
          if (message === null) return;
          this.#tell({ type: "message", id, message });
          this.#deliver(id, message);
        },
        onState: (state) => {
          if (leading.signal.aborted) return;
          this.#tell({ type: "state", state });
          this.#setState(state);
        },
      });
    // Without Web Locks (a page that is not served securely) each tab reads for itself.
    if (!("locks" in navigator)) {
      void read();
      return;
    }
    navigator.locks.request(this.#name, { signal: leading.signal }, read).catch(() => {
      if (leading.signal.aborted) return;
      // Where a framed page may not use storage, it gets no lock either: it reads for itself alone.
      this.#channel?.close();
      this.#channel = null;
      void read();
    });
  }

  #hear(wire: Wire): void {
    if (wire.type === "message") this.#deliver(wire.id, wire.message);
    else if (wire.type === "state") this.#setState(wire.state);
    else if (this.#state === "open") this.#tell({ type: "state", state: "open" });
  }

  #deliver(id: string, message: StreamMessage): void {
    if (id !== "") this.#lastId = id;
    for (const listener of this.#messageListeners) listener(message);
  }

  #setState(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
    if (state === "open" && this.#missed) {
      this.#missed = false;
      this.#deliver("", { kind: "gap" });
    }
  }
}

/** Null where a framed page may not use storage. */
function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
