//! A request as a curl command for a POSIX shell.

/** Quotes any text as one word. A single quote ends the quotation, is escaped, and begins it again. */
export function shellQuote(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

interface Sent {
  method: string;
  url: string;
  headers: Record<string, unknown>;
  body: string | null | undefined;
}

/** curl sets these itself; a wrong length would break the request. */
const LEFT_OUT = new Set(["content-length", "host", "connection", "transfer-encoding", "accept-encoding"]);

export function toCurl({ method, url, headers, body }: Sent): string {
  // Without the option curl takes brackets and braces of the URL for a pattern, and sends several requests.
  const parts = [`curl${/[[\]{}]/.test(url) ? " --globoff" : ""} --request ${shellQuote(method)}`, shellQuote(url)];
  for (const [name, value] of Object.entries(headers)) {
    if (LEFT_OUT.has(name.toLowerCase())) continue;
    parts.push(`--header ${shellQuote(`${name}: ${String(value)}`)}`);
  }
  // `--data-raw` takes a leading @ as it is.
  if (body) parts.push(`--data-raw ${shellQuote(body)}`);
  return parts.join(" \\\n  ");
}
