//! Patterns of event types: a type, `invoice.*`, or `*`.

/** True when the pattern is the type, or covers it. */
export function covers(pattern: string, type: string): boolean {
  if (pattern === "*" || pattern === type) return true;
  return pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1));
}
