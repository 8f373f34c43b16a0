//! Method and address of a request that was sent. The log has them as the headers `:method` and `:path` where they differ
//! from a POST to the subscription's URL.

export interface SentRequest {
  method: string;
  /** Null when neither the log nor the subscription tells it. */
  url: string | null;
  /** Without the two. */
  headers: Record<string, unknown>;
}

export function sentRequest(headers: Record<string, unknown>, subscriptionUrl: string | null): SentRequest {
  const { ":method": method, ":path": path, ...others } = headers;
  return {
    method: typeof method === "string" ? method : "POST",
    url: typeof path === "string" ? withPath(subscriptionUrl, path) : subscriptionUrl,
    headers: others,
  };
}

/** The path and query as they were sent; the browser's own parser would change their spelling. */
function withPath(url: string | null, path: string): string {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url ?? "")?.[0] ?? "";
  return origin + (path.startsWith("/") ? path : `/${path}`);
}
