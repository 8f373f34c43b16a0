//! The receiver of a row that has only the id of its subscription. One beyond the choices of the scope shows its id.

import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { subscriptionChoicesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { Id } from "./Id";
import { Receiver } from "./Receiver";

export function ReceiverOf({ scope, id }: { scope: Scope; id: string }) {
  const select = useCallback((choices: Subscription[]) => choices.find((one) => one.id === id), [id]);
  const known = useQuery({ ...subscriptionChoicesQuery(scope), select }).data;
  return known ? <Receiver url={known.url} description={known.description} /> : <Id value={id} copy={false} />;
}
