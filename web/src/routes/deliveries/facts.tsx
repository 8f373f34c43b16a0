//! Ids and times of a delivery, and where the time of an attempt went.

import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Facts as Rows } from "@/shared/Facts";
import { Id } from "@/shared/Id";
import { Duration, Time } from "@/shared/Time";
import { TimeSplit } from "@/shared/TimeSplit";
import { deliveriesRoute } from "./route";

export function Facts({ delivery, attempt }: { delivery: DeliveryDetail; attempt: Attempt | undefined }) {
  const { deliveries, shared } = useMessages();
  const words = deliveries.detail;
  return (
    <>
      <TimeSplit timings={attempt?.timings_ms} remoteIp={attempt?.remote_ip} />
      <Rows
        label={words.facts}
        rows={[
          [words.id, <Id key="id" value={delivery.id} whole />],
          [
            words.event,
            <Fragment key="event">
              <Id value={delivery.event_id} whole />{" "}
              <Link
                from={deliveriesRoute.fullPath}
                search={(before) => ({ tenant: before.tenant ?? before.of, event: delivery.event_id, since: "all" })}
              >
                {words.allOfEvent}
              </Link>
            </Fragment>,
          ],
          [words.subscription, <Id key="subscription" value={delivery.subscription_id} whole />],
          [words.created, <Time key="created" at={delivery.created_at} as="exact" />],
          attempt !== undefined && [words.took, <Duration key="took" ms={attempt.duration_ms} />],
          attempt?.remote_ip && !attempt.timings_ms ? [words.remote, <Id key="remote" value={attempt.remote_ip} whole />] : null,
          delivery.test ? [words.test, shared.yes] : null,
        ]}
      />
    </>
  );
}
