//! Ids and times of an event, and what makes a publish a duplicate of it.

import { useEventWords } from "@/actions/eventWords";
import type { PublishedEvent } from "@/api/types";
import { Facts as Rows } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { Time } from "@/shared/Time";
import { isOwnId } from "./recipients";

export function Facts({ event }: { event: PublishedEvent }) {
  const events = useEventWords();
  const words = events.facts;
  return (
    <Rows
      rows={[
        [words.id, <Id key="id" value={event.id} whole />],
        [words.key, isOwnId(event.id) ? words.own : words.duplicates],
        [words.tenant, <Foreign key="tenant" text={event.tenant_id} />],
        event.channels?.length ? [words.channels, <Foreign key="channels" text={event.channels.join(", ")} />] : null,
        [words.occurred, <Time key="occurred" at={event.timestamp} as="exact" />],
        [words.accepted, <Time key="accepted" at={event.created_at} as="exact" />],
        event.deliver_at ? [words.deliverAt, <Time key="deliverAt" at={event.deliver_at} as="exact" />] : null,
        event.priority === "normal" ? null : [words.priority, event.priority],
        event.trace_id ? [words.trace, <Id key="trace" value={event.trace_id} />] : null,
      ]}
    />
  );
}
