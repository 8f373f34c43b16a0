//! Preferences of this browser: language, time zone, single-letter keys, the first steps. No credential is ever stored.

import { useSyncExternalStore } from "react";

export interface Preferences {
  language: "auto" | "en" | "es";
  zone: "local" | "utc";
  letterKeys: boolean;
  /** The first steps were left or finished: the overview does not lead to them by itself. */
  welcomed: boolean;
}

const NAME = "postrider.preferences";
const DEFAULTS: Preferences = { language: "auto", zone: "local", letterKeys: true, welcomed: false };
const listeners = new Set<() => void>();
let current = read();

/** Unknown values become the default, since an older or newer version may have written them. */
export function parsePreferences(text: string | null): Preferences {
  try {
    const value = JSON.parse(text ?? "{}") as Record<string, unknown>;
    return {
      language: value.language === "en" || value.language === "es" ? value.language : "auto",
      zone: value.zone === "utc" ? "utc" : "local",
      letterKeys: value.letterKeys !== false,
      welcomed: value.welcomed === true,
    };
  } catch {
    return DEFAULTS;
  }
}

// The storage of a framed page may be blocked; preferences then last as long as the page.
function read(): Preferences {
  try {
    return parsePreferences(window.localStorage.getItem(NAME));
  } catch {
    return DEFAULTS;
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    window.localStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // See read().
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}
