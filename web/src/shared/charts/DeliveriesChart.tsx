//! Ended deliveries over time by status, as stacked bars from zero. A chunk of its own.

import type { StatsPeriod } from "@/api/types";
import { overview as en } from "@/messages/en/overview";
import { overview as es } from "@/messages/es/overview";
import { useWords } from "@/messages/words";
import { StackedBars } from "./StackedBars";

interface Props {
  periods: StatsPeriod[];
  unit: "hour" | "day";
}

const WORDS = { en, es };

export default function DeliveriesChart({ periods, unit }: Props) {
  const overview = useWords(WORDS);
  const words = overview.chart;
  return (
    <StackedBars
      unit={unit}
      title={words.title}
      good={words.delivered}
      bad={words.failed}
      bars={periods.map(({ at, by_status: by }) => ({
        at,
        good: by.success,
        bad: by.failed + by.exhausted + by.disabled,
      }))}
    />
  );
}
