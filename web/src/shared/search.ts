//! Parsers of search parameters. They never throw: an unknown value becomes the default, which is absent.

type Raw = Record<string, unknown>;

/** Keeps values as plain text: ids with leading zeros and large numbers survive. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Raw): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

export function text(raw: Raw, name: string, longest = 500): string | undefined {
  const value = raw[name];
  const characters = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof characters !== "string" || characters === "" || characters.length > longest) return undefined;
  return characters;
}

export function matching(raw: Raw, name: string, pattern: RegExp): string | undefined {
  const value = text(raw, name);
  return value !== undefined && pattern.test(value) ? value : undefined;
}

export function oneOf<T extends string>(raw: Raw, name: string, values: readonly T[]): T | undefined {
  const value = text(raw, name);
  return values.find((known) => known === value);
}

export function integer(raw: Raw, name: string, least: number, largest: number): number | undefined {
  const value = text(raw, name, 15);
  if (value === undefined || !/^\d+$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && number <= largest ? number : undefined;
}

export function flag(raw: Raw, name: string): true | undefined {
  return text(raw, name, 5) === "true" ? true : undefined;
}

/** An instant in RFC 3339. */
export function instant(raw: Raw, name: string): string | undefined {
  return matching(raw, name, /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/);
}

/** A range up to now: `30m`, `24h`, `7d`. */
export function since(raw: Raw, name: string): string | undefined {
  return matching(raw, name, /^[1-9]\d{0,3}[mhd]$/);
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export function sinceMilliseconds(range: string): number {
  return Number(range.slice(0, -1)) * (UNITS[range.slice(-1)] ?? 0);
}

/** The form of an event type: parts with dots between. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]+)*$/;
