//! Ids and times of a delivery, and where the time of an attempt went.

import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { Duration, Time } from "@/shared/Time";
import classes from "./detail.module.css";
import { deliveriesRoute } from "./route";

export function Facts({ delivery, attempt }: { delivery: DeliveryDetail; attempt: Attempt | undefined }) {
  const { deliveries, shared } = useMessages();
  const words = deliveries.detail;
  return (
    <>
      {attempt?.timings_ms && <Timings timings={attempt.timings_ms} />}
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
            search={(before) => ({ tenant: before.tenant ?? before.of, event: delivery.event_id, since: "30d" })}
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
        {attempt?.remote_ip && (
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

const PARTS = ["dns", "connect", "tls", "first_byte", "rest"] as const;

function Timings({ timings }: { timings: NonNullable<Attempt["timings_ms"]> }) {
  const { deliveries } = useMessages();
  const words = deliveries.detail.timings;
  const format = useFormat();
  const total = Math.max(1, PARTS.reduce((sum, part) => sum + (timings[part] ?? 0), 0));
  return (
    <section aria-label={words.title}>
      <Text size="xs" c="dimmed" mb={4}>
        {words.title}
      </Text>
      <div className={classes.timings}>
        {PARTS.map((part, index) => {
          const length = timings[part];
          if (length === null || length === undefined) return null;
          const left = PARTS.slice(0, index).reduce((sum, before) => sum + (timings[before] ?? 0), 0);
          return [
            <span key={part}>{words[part]}</span>,
            <span
              key={`${part}-bar`}
              className={classes.timing}
              aria-hidden="true"
              style={{ marginLeft: `${(100 * left) / total}%`, width: `${(100 * length) / total}%` }}
            />,
            <span key={`${part}-time`}>{format.duration(length)}</span>,
          ];
        })}
      </div>
    </section>
  );
}
