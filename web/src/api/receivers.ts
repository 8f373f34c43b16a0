//! Names of receivers beyond the choices of a scope. The API reads one subscription at a time, so rows ask only after they
//! have been in sight for a moment, a few at once; a row that leaves the screen takes its request back.

import { queryOptions } from "@tanstack/react-query";
import { limiter } from "@/shared/limiter";
import { api, call } from "./client";
import { keys } from "./keys";
import { isStatus } from "./problem";
import { tenantHeader, type Scope } from "./scope";

export interface ReceiverName {
  url: string;
  description: string | null;
}

const AT_ONCE = 4;
/** Milliseconds in sight before a row asks, so that scrolling past it costs nothing. */
const PATIENCE = 200;

const limited = limiter(AT_ONCE);

/** Null for a subscription that was deleted. The stream renews what it hears has changed. */
export function receiverQuery(scope: Scope, id: string) {
  return queryOptions({
    queryKey: keys.subscriptions.receiver(scope, id),
    queryFn: async ({ signal }): Promise<ReceiverName | null> => {
      await inSight(signal);
      return limited(async () => {
        try {
          const found = await call(
            api.GET("/api/v1/webhooks/subscriptions/{id}", { params: { path: { id }, header: tenantHeader(scope) }, signal }),
          );
          return { url: found.url, description: found.description ?? null };
        } catch (error) {
          if (isStatus(error, 404)) return null;
          throw error;
        }
      }, signal);
    },
    enabled: scope.tenant !== null,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

function inSight(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PATIENCE);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
