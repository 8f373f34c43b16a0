//! What this page has sent: kept in memory with the query cache, which a sign-out empties.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { useScope } from "@/frame/useScope";
import { serverNow } from "@/shared/clock";
import type { Expected } from "@/shared/useSentDelivery";

export interface Sent extends Expected {
  key: string;
  kind: "test" | "publish" | "earlier";
  url: string;
  type: string;
}

const MOST = 50;

/** The newest first. */
export function useSentList(): { list: Sent[]; add: (sent: Omit<Sent, "key" | "at">) => Sent } {
  const scope = useScope();
  const queries = useQueryClient();
  const key = keys.tests(scope);
  const { data } = useQuery({
    queryKey: key,
    queryFn: (): Sent[] => [],
    initialData: [] as Sent[],
    enabled: false,
    gcTime: Infinity,
  });
  const add = (sent: Omit<Sent, "key" | "at">): Sent => {
    const at = serverNow();
    const whole = { ...sent, at, key: `${at}-${data.length}` };
    queries.setQueryData<Sent[]>(key, (before = []) => [whole, ...before].slice(0, MOST));
    return whole;
  };
  return { list: data, add };
}
