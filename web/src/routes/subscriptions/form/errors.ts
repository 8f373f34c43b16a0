//! The server's names of fields, with a path below them, as the form's.

const FIELDS: Record<string, string> = {
  event_types: "events",
  timeout_seconds: "timeout",
  max_retries: "maxRetries",
  max_in_flight: "inFlight",
  auto_disable_after_hours: "disable",
  rate_limit: "rate",
  retry: "delays",
  secret_type: "secretType",
  http_version: "httpVersion",
  ordered: "orderKey",
};

/** Parts below `transformation`, `request` and `batching`. */
const BELOW: Record<string, string> = {
  script: "script",
  template: "template",
  options: "options",
  method: "method",
  path: "path",
  query: "query",
  max_events: "batchEvents",
  max_wait_ms: "batchWait",
  format: "batchFormat",
};

export function toFormErrors(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, message]) => [formField(field), message]));
}

export function formField(field: string): string {
  const [top = field, below] = field.replace(/^\//, "").split(/[./[]/);
  if (top === "authentication" || top === "tls") return below === undefined ? top : `${top}.${below}`;
  if (top === "transformation" || top === "request" || top === "batching") return BELOW[below ?? ""] ?? top;
  return FIELDS[top] ?? top;
}

/** The line and column that a message of the API names, such as “line 2, column 5: …”, and the message without them. */
export function placeIn(message: string): { line: number; column: number | null; message: string } | null {
  const found = /^line (\d+)(?:, column (\d+))?: ([\s\S]*)$/.exec(message);
  if (found === null) return null;
  return { line: Number(found[1]), column: found[2] === undefined ? null : Number(found[2]), message: found[3] ?? "" };
}
