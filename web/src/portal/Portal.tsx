//! The page of a portal link: the host's look around the session of the link.

import { useMemo, type ReactNode } from "react";
import { Look } from "@/theme/Look";
import { useHost } from "./host";
import { PortalProvider } from "./PortalProvider";
import { lookOf } from "./theme";

interface Props {
  nonce: string;
  /** The token of the address. */
  token: string | null;
  children: ReactNode;
}

export default function Portal({ nonce, token, children }: Props) {
  const host = useHost();
  const look = useMemo(() => lookOf(host), [host]);
  return (
    <Look nonce={nonce} host={look}>
      <PortalProvider first={token}>{children}</PortalProvider>
    </Look>
  );
}
