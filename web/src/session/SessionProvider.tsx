//! Asks who one is, and draws the page only then. Without a session it draws the sign-in screen at the same address.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { isStatus } from "@/api/problem";
import { StreamContext } from "@/api/stream/context";
import { SharedStream } from "@/api/stream/shared";
import type { Session } from "@/api/types";
import { Loading } from "@/shared/Loading";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { SessionContext } from "./context";
import { sessionQuery, signIn } from "./queries";
import { SignIn } from "./SignIn";
import classes from "./SignIn.module.css";

interface Props {
  code: string | null;
  children: ReactNode;
}

export function SessionProvider({ code, children }: Props) {
  const queries = useQueryClient();
  const exchange = useQuery({
    queryKey: ["session", "code"],
    queryFn: async () => {
      const session = await signIn({ code: code ?? "" });
      queries.setQueryData(sessionQuery.queryKey, session);
      return session;
    },
    enabled: code !== null,
    staleTime: Infinity,
    retry: false,
  });
  const exchanging = code !== null && exchange.isPending;
  const session = useQuery({ ...sessionQuery, enabled: !exchanging });

  if (session.data !== undefined && !isStatus(session.error, 401)) {
    return <SignedIn session={session.data}>{children}</SignedIn>;
  }
  if (exchanging || session.isPending) return <Loading />;
  if (isStatus(session.error, 401)) return <SignIn failure={exchange.error} />;
  return (
    <main className={classes.page}>
      <ProblemNotice error={session.error} onRetry={() => void session.refetch()} />
    </main>
  );
}

export function SignedIn({ session, children }: { session: Session; children: ReactNode }) {
  const { kind, tenant_id } = session;
  return (
    <Streaming key={`${kind} ${tenant_id ?? "*"}`} session={session}>
      {children}
    </Streaming>
  );
}

/** Milliseconds that screens wait for the stream. */
const LONGEST_WAIT = 400;

/** Opens the stream before the screens read their lists, so that no change falls between the two. */
function Streaming({ session, children }: { session: Session; children: ReactNode }) {
  const [stream] = useState(() => new SharedStream(session.kind, session.tenant_id ?? null));
  const [begun, setBegun] = useState(false);
  const queries = useQueryClient();
  useEffect(() => {
    const late = setTimeout(() => {
      stream.miss();
      setBegun(true);
    }, LONGEST_WAIT);
    const ignore = stream.subscribeState(() => {
      if (stream.state() === "connecting") return;
      clearTimeout(late);
      setBegun(true);
      // The server refused the stream: the key of the session may have been revoked.
      if (stream.state() === "off") void queries.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true });
    });
    const close = stream.open();
    return () => {
      clearTimeout(late);
      ignore();
      close();
    };
  }, [stream, queries]);
  if (!begun) return <Loading />;
  return (
    <SessionContext value={session}>
      <StreamContext value={stream}>{children}</StreamContext>
    </SessionContext>
  );
}
