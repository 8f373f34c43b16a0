//! Published events, and ended deliveries by status, over time: bars from zero beside each other. A chunk of its own.

import type { StatsPeriod } from "@/api/types";
import { overview as en } from "@/messages/en/overview";
import { overview as es } from "@/messages/es/overview";
import { useWords } from "@/messages/words";
import classes from "./DeliveriesChart.module.css";
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
    <div className={classes.charts}>
      <StackedBars unit={unit} named title={words.events} good={words.published} bars={periods.map(({ at, events }) => ({ at, good: events ?? 0 }))} />
      <StackedBars
        unit={unit}
        named
        title={words.title}
        good={words.delivered}
        bad={words.failed}
        bars={periods.map(({ at, by_status: by }) => ({
          at,
          good: by.success,
          bad: by.failed + by.exhausted + by.disabled,
        }))}
      />
    </div>
  );
}
