//! The status of a delivery, with the time that it still waits.

import type { Delivery } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useNow } from "@/shared/clock";
import { useFormat } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";

type Waiting = Pick<Delivery, "status" | "next_retry_at">;

export function RowStatus({ row }: { row: Waiting }) {
  if ((row.status === "retrying" || row.status === "pending") && row.next_retry_at) {
    return <WaitingStatus status={row.status} until={row.next_retry_at} />;
  }
  return <StatusBadge kind="delivery" value={row.status} />;
}

function WaitingStatus({ status, until }: { status: "pending" | "retrying"; until: string }) {
  const { status: words } = useMessages();
  const format = useFormat();
  const left = Date.parse(until) - useNow();
  // In a row the countdown has one unit, so that its width does not change every second.
  const wait = format.duration(left >= 60_000 ? Math.floor(left / 60_000) * 60_000 : Math.ceil(left / 1000) * 1000);
  if (status === "pending") {
    return <StatusBadge kind="delivery" value={status} word={left > 0 ? words.delayedFor(wait) : words.waiting} />;
  }
  return <StatusBadge kind="delivery" value={status} word={left > 0 ? words.retryingIn(wait) : words.retryingNow} />;
}
