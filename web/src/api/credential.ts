//! The credential of this page: the session cookie with its CSRF token, or a portal link's token. Both live in memory.

export type Credential = { kind: "cookie"; csrf: string | null } | { kind: "bearer"; token: string };

let current: Credential = { kind: "cookie", csrf: null };

export function credential(): Credential {
  return current;
}

export function holdBearer(token: string): void {
  current = { kind: "bearer", token };
}

/** Keeps the CSRF token that the session's answer has; a bearer needs none. */
export function keepCsrf(token: string | null): void {
  if (current.kind === "cookie") current = { kind: "cookie", csrf: token };
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export function authorise(headers: Headers, method: string): void {
  if (current.kind === "bearer") headers.set("Authorization", `Bearer ${current.token}`);
  else if (current.csrf !== null && !SAFE.has(method)) headers.set("X-CSRF-Token", current.csrf);
}
