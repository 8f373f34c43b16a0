//! The session: who one is, signing in, signing out.

import { queryOptions } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keepCsrf } from "@/api/credential";
import { keys } from "@/api/keys";
import type { Session } from "@/api/types";

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async (): Promise<Session> => keep(await call(api.GET("/api/v1/session"))),
  staleTime: 5 * 60_000,
});

export async function signIn(proof: { key: string } | { code: string }): Promise<Session> {
  return keep(await call(api.POST("/api/v1/session", { body: proof })));
}

export async function signOut(): Promise<void> {
  await call(api.DELETE("/api/v1/session", {}));
  keepCsrf(null);
}

function keep(session: Session): Session {
  keepCsrf(session.csrf_token ?? null);
  return session;
}
