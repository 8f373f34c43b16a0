//! The sentence that the reader came for: which receivers accepted the event, what waits, and what failed.

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEventWords } from "@/actions/eventWords";
import type { Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { useNow } from "@/shared/clock";
import { useFormat } from "@/shared/format";
import { Countdown } from "@/shared/Time";
import classes from "./page.module.css";
import { eventDeliveriesQuery } from "./queries";
import { outcomeOf } from "./recipients";

export function Lead({ scope, event }: { scope: Scope; event: PublishedEvent }) {
  const events = useEventWords();
  const words = events.detail;
  const format = useFormat();
  const partial = event.delivery_count > event.deliveries.length;
  const loaded = useQuery({ ...eventDeliveriesQuery(scope, event.id), enabled: partial });
  const deliveries = partial ? loaded.data : event.deliveries;
  if (event.delivery_count === 0) return <p className={classes.lead}>{words.nobody}</p>;
  if (deliveries === undefined) return <Skeleton height={22} width={260} />;
  const { all, delivered, waiting, failed } = outcomeOf(deliveries);
  const link = { event: event.id, since: "all", tenant: event.tenant_id };
  const shown = (count: number) => `${format.number(count)}${all < event.delivery_count ? "+" : ""}`;
  return (
    <p className={classes.lead}>
      <Link to="/deliveries" search={{ ...link, ...(delivered > 0 && delivered < all ? { status: "success" } : {}) }}>
        {words.delivered(shown(delivered), format.number(event.delivery_count), event.delivery_count === 1)}
      </Link>{" "}
      {waiting > 0 && (
        <Link to="/deliveries" search={{ ...link, status: "waiting" }}>
          {words.waiting(shown(waiting), waiting === 1)}
        </Link>
      )}{" "}
      {failed > 0 && (
        <Link to="/deliveries" search={{ ...link, status: "failed" }} data-tone="bad">
          {words.failed(shown(failed), failed === 1)}
        </Link>
      )}{" "}
      {waiting > 0 && event.deliver_at && <Delay until={event.deliver_at} />}
    </p>
  );
}

function Delay({ until }: { until: string }) {
  const events = useEventWords();
  if (Date.parse(until) <= useNow()) return null;
  return (
    <>
      {events.detail.delayed} <Countdown until={until} />.
    </>
  );
}
