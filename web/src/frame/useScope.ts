//! The tenant of the screen, from the session and the address.

import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { scopeOf, type Scope } from "@/api/scope";
import { useSession } from "@/session/context";

export function useScope(): Scope {
  const session = useSession();
  const { tenant } = useSearch({ from: "__root__" });
  return useMemo(() => scopeOf(session, tenant), [session, tenant]);
}
