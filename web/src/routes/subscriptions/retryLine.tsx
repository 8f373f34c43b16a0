//! A retry schedule drawn as a line: attempts with the waits between them.

import { Text } from "@mantine/core";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import classes from "./detail/detail.module.css";

/** `waits` are seconds before each attempt; the first one is 0. */
export function RetryLine({ waits }: { waits: number[] }) {
  const { subscriptions, deliveries } = useMessages();
  const format = useFormat();
  if (waits.length <= 1) return <Text c="dimmed">{subscriptions.detail.noRetries}</Text>;
  return (
    <ol className={classes.plan}>
      {waits.map((wait, index) => (
        <li key={index}>
          {index > 0 && (
            <span className={classes.wait} aria-label={deliveries.timeline.waited(format.duration(wait * 1000))}>
              — {format.duration(wait * 1000)} —
            </span>
          )}
          <span className={classes.number}>{index + 1}</span>
        </li>
      ))}
    </ol>
  );
}
