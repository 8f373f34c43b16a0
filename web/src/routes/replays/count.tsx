//! What a replay would send: the number, its parts, and the oldest few.

import { Text } from "@mantine/core";
import type { ReplayPreview } from "@/api/types";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusBadge } from "@/shared/StatusBadge";
import { Time } from "@/shared/Time";
import classes from "./count.module.css";
import { useReplayWords } from "./words";

interface Props {
  preview: ReplayPreview | undefined;
  busy: boolean;
  error: unknown;
}

const SAMPLE = 5;

export function Count({ preview, busy, error }: Props) {
  const { form: words } = useReplayWords();
  const format = useFormat();
  if (error && !busy) return <ProblemNotice error={error} inline />;
  if (busy || preview === undefined) return (
    <div className={classes.count}>
      <Text c="dimmed">{busy ? words.counting : words.countLater}</Text>
    </div>
  );
  const { count, deliveries, missed, sample, count_is_lower_bound: bound } = preview;
  if (count === 0) {
    return (
      <div className={classes.count} role="status">
        <Text>{words.none}</Text>
      </div>
    );
  }
  return (
    <div className={classes.count} role="status">
      <Text fw={600}>{words.count(`${format.number(count)}${bound ? "+" : ""}`, count === 1)}</Text>
      {deliveries > 0 && missed > 0 && <Text c="dimmed">{words.parts(format.number(deliveries), format.number(missed))}</Text>}
      <Text size="xs" c="dimmed" mt="sm">
        {words.sample}
      </Text>
      <ul className={classes.sample}>
        {sample.slice(0, SAMPLE).map((one) => (
          <li key={one.delivery_id ?? one.event_id}>
            <StatusBadge kind="replayed" value={one.status} />
            <Foreign text={one.event_type} />
            <Time at={one.created_at} />
          </li>
        ))}
      </ul>
    </div>
  );
}
