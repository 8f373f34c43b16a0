//! Attempts over time, succeeded and failed. A chunk of its own.

import type { StatsPeriod } from "@/api/types";
import { useMessages } from "@/messages/context";
import { StackedBars } from "./StackedBars";

interface Props {
  periods: StatsPeriod[];
  unit: "hour" | "day";
}

export default function AttemptsChart({ periods, unit }: Props) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  return (
    <StackedBars
      unit={unit}
      title={words.chart}
      good={words.succeeded}
      bad={words.failedAttempts}
      bars={periods.map(({ at, attempts, failed_attempts: failed }) => ({ at, good: attempts - failed, bad: failed }))}
    />
  );
}
