//! What a session may do. Buttons that it may not use are not drawn; the API is what refuses.

import type { Session } from "@/api/types";

/** Names of the session's permissions; `keys:write` and `operate` are the operator's alone. */
export type Ability =
  | "webhooks:read"
  | "coverage:read"
  | "events:publish"
  | "payloads:erase"
  | "subscriptions:write"
  | "secrets:read"
  | "secrets:rotate"
  | "deliveries:retry"
  | "deliveries:cancel"
  | "test:send"
  | "replays:write"
  | "keys:write"
  | "operate";

export function may(session: Session, ability: Ability): boolean {
  return session.kind === "operator" || session.permissions.includes(ability);
}
