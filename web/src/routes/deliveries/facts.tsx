//! Ids and times of a delivery, and where the time of an attempt went.

import { Link } from "@tanstack/react-router";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Id } from "@/shared/Id";
import { Duration, Time } from "@/shared/Time";
import { TimeSplit } from "@/shared/TimeSplit";
import classes from "./detail.module.css";
import { deliveriesRoute } from "./route";

export function Facts({ delivery, attempt }: { delivery: DeliveryDetail; attempt: Attempt | undefined }) {
  const { deliveries, shared } = useMessages();
  const words = deliveries.detail;
  return (
    <>
      <TimeSplit timings={attempt?.timings_ms} remoteIp={attempt?.remote_ip} />
      <dl className={classes.facts} aria-label={words.facts}>
        <dt>{words.id}</dt>
        <dd>
          <Id value={delivery.id} whole />
        </dd>
        <dt>{words.event}</dt>
        <dd>
          <Id value={delivery.event_id} whole />{" "}
          <Link
            from={deliveriesRoute.fullPath}
            search={(before) => ({ tenant: before.tenant ?? before.of, event: delivery.event_id, since: "all" })}
          >
            {words.allOfEvent}
          </Link>
        </dd>
        <dt>{words.subscription}</dt>
        <dd>
          <Id value={delivery.subscription_id} whole />
        </dd>
        <dt>{words.created}</dt>
        <dd>
          <Time at={delivery.created_at} as="exact" />
        </dd>
        {attempt && (
          <>
            <dt>{words.took}</dt>
            <dd>
              <Duration ms={attempt.duration_ms} />
            </dd>
          </>
        )}
        {attempt?.remote_ip && !attempt.timings_ms && (
          <>
            <dt>{words.remote}</dt>
            <dd>
              <Id value={attempt.remote_ip} whole />
            </dd>
          </>
        )}
        {delivery.test && (
          <>
            <dt>{words.test}</dt>
            <dd>{shared.yes}</dd>
          </>
        )}
      </dl>
    </>
  );
}
