//! The signatures of a recorded request, computed again in the browser.

import { useEffect, useMemo, useState } from "react";
import { canCompute, schemesOf, verify, type Scheme, type SignedRequest, type Verdict } from "./signature";

/** Why there is no result. */
export type Missing = "noSecret" | "noBody" | "insecure" | "failed";

export interface Computed {
  scheme: Scheme;
  /** Undefined while it is computed. */
  verdict: Verdict | Missing | undefined;
}

interface Subject extends SignedRequest {
  profile: string;
  /** The secrets that may have signed; null when the session may not read them, undefined while they load. */
  secrets: readonly string[] | null | undefined;
}

/** Empty for a request that was not signed. `headers` should keep their identity between renders. */
export function useSignature({ headers, body, profile, secrets }: Subject): Computed[] {
  const schemes = useMemo(() => schemesOf(profile, { headers, body }), [profile, headers, body]);
  const [done, setDone] = useState<{ of: Scheme[]; verdicts: (Verdict | Missing)[] } | null>(null);
  const known = secrets?.join("\n");
  useEffect(() => {
    let current = true;
    if (known === undefined || known === "") return undefined;
    const list = known.split("\n");
    const one = async (scheme: Scheme): Promise<Verdict | Missing> => {
      try {
        return await verify(scheme, profile, list);
      } catch {
        return "failed";
      }
    };
    if (canCompute() && body !== null) {
      void Promise.all(schemes.map(one)).then((verdicts) => {
        if (current) setDone({ of: schemes, verdicts });
      });
    }
    return () => {
      current = false;
    };
  }, [schemes, profile, known, body]);
  const missing = secrets === null || known === "" ? "noSecret" : body === null ? "noBody" : canCompute() ? undefined : "insecure";
  return schemes.map((scheme, index) => ({ scheme, verdict: missing ?? (done?.of === schemes ? done.verdicts[index] : undefined) }));
}

/** Whether the request is what its sender signed: all its signatures match. Null without a result. */
export function isVerified(computed: Computed[]): boolean | null {
  const verdicts = computed.map(({ verdict }) => verdict);
  if (verdicts.length === 0 || verdicts.some((verdict) => typeof verdict !== "object")) return null;
  return verdicts.every((verdict) => typeof verdict === "object" && verdict.matches);
}
