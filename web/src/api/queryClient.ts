//! The query cache and its policy. A 401 of any request ends the session of the page, except of
//! those that begin one.

import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";
import { isStatus } from "./problem";
import { retryDelay, shouldRetry } from "./retry";

export function createQueryClient(): QueryClient {
  const onError = (error: unknown, key: unknown) => {
    if (isStatus(error, 401) && key !== keys.session[0]) {
      void client.invalidateQueries({ queryKey: keys.session, exact: true });
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error, query) => onError(error, query.queryKey[0]) }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => onError(error, mutation.options.mutationKey?.[0]),
    }),
    defaultOptions: {
      queries: { retry: shouldRetry, retryDelay, staleTime: 10_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
  return client;
}
