//! The session of the page for components.

import { createContext, use } from "react";
import type { Session } from "@/api/types";
import { may, type Ability } from "./capabilities";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession() outside of SessionProvider");
  return session;
}

export function useMay(ability: Ability): boolean {
  return may(useSession(), ability);
}
