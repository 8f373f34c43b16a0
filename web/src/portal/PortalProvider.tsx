//! The session of a portal link. The token is a bearer credential, which only the memory of this page has.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { holdBearer } from "@/api/credential";
import { keys } from "@/api/keys";
import { sessionQuery } from "@/session/queries";
import { SignedIn } from "@/session/SessionProvider";
import { serverNow } from "@/shared/clock";
import { Loading } from "@/shared/Loading";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Ended } from "./Ended";
import { endingOf, type Ending } from "./ended";
import { rememberHost, useHost } from "./host";
import classes from "./Portal.module.css";
import { useFavicon } from "./useFavicon";
import { useReportedHeight } from "./useReportedHeight";
import { useAsked, useLaterTokens } from "./useToken";

/** A revoked link is noticed after this long at most, also by a screen that asks for nothing. */
const LONGEST = 60_000;

/** Milliseconds until the session is read again: a little after its end, if that comes first. */
export function recheckAfter(expiresAt: string | null | undefined, now: number): number {
  const left = expiresAt ? Date.parse(expiresAt) - now + 500 : LONGEST;
  return Math.min(Math.max(left, 1000), LONGEST);
}

interface Props {
  /** The token of the address. */
  first: string | null;
  children: ReactNode;
}

export function PortalProvider({ first, children }: Props) {
  const queries = useQueryClient();
  const [token, setToken] = useState(() => {
    if (first !== null) holdBearer(first);
    return first;
  });
  const session = useQuery({
    ...sessionQuery,
    enabled: token !== null,
    refetchInterval: ({ state }) =>
      endingOf(state.error, null, 0) === null ? recheckAfter(state.data?.expires_at, serverNow()) : false,
  });
  const { data, error } = session;
  const ending: Ending | null = token === null ? "missing" : endingOf(error, data?.expires_at, serverNow());
  const asked = useAsked(token === null);
  useLaterTokens(ending !== null, (later) => {
    if (later === token) return;
    holdBearer(later);
    setToken(later);
    // The new link may be another tenant's.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.session[0] });
    if (token !== null) void queries.resetQueries({ queryKey: keys.session });
  });
  useEffect(() => {
    if (data?.portal) rememberHost(data.portal);
  }, [data]);
  useFavicon(useHost()?.appearance.favicon_url);
  useReportedHeight();

  if (asked) return <Loading />;
  if (ending !== null) return <Ended ending={ending} error={error} />;
  if (data !== undefined) {
    return (
      <SignedIn session={data}>
        {children}
      </SignedIn>
    );
  }
  if (session.isPending) return <Loading />;
  return (
    <main className={classes.ended}>
      <ProblemNotice error={error} onRetry={() => void session.refetch()} />
    </main>
  );
}
