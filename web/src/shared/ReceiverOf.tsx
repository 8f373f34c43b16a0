//! The receiver of a row that has only the id of its subscription. One beyond the choices of the scope is looked up; until
//! it is known, and when it was deleted, its id stands for it.

import { useQuery } from "@tanstack/react-query";
import { memo, useCallback } from "react";
import { subscriptionChoicesQuery } from "@/api/choices";
import { receiverQuery } from "@/api/receivers";
import { narrow, type Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { Id } from "./Id";
import { Receiver } from "./Receiver";

interface Props {
  scope: Scope;
  id: string;
  /** The row's tenant, in a list over all tenants. */
  tenant?: string | undefined;
}

/** A row renders when it moves or is selected, which its receiver has nothing to do with. */
export const ReceiverOf = memo(function ReceiverOf({ scope, id, tenant }: Props) {
  const select = useCallback((choices: Subscription[]) => choices.find((one) => one.id === id) ?? null, [id]);
  const known = useQuery({ ...subscriptionChoicesQuery(scope), select }).data;
  if (known === null) return <LookedUp scope={narrow(scope, tenant)} id={id} />;
  return known ? <Receiver url={known.url} description={known.description} /> : <Id value={id} copy={false} />;
});

function LookedUp({ scope, id }: { scope: Scope; id: string }) {
  const { data } = useQuery(receiverQuery(scope, id));
  return data ? <Receiver url={data.url} description={data.description} /> : <Id value={id} copy={false} />;
}
