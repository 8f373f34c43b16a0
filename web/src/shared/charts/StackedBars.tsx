//! One or two stacked series of bars from zero, with a text alternative.

import "@mantine/core/styles/ColorSwatch.layer.css";
import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { useFormat } from "@/shared/format";
import classes from "./StackedBars.module.css";

interface Props {
  bars: { at: string; good: number; bad?: number }[];
  unit: "hour" | "day";
  title: string;
  /** Shows the title, where charts are beside each other. */
  named?: boolean;
  good: string;
  /** Absent for a single series, which needs no label beside its title. */
  bad?: string;
}

export function StackedBars({ bars, unit, title, named = false, good, bad }: Props) {
  const format = useFormat();
  const data = bars.map(({ at, ...values }) => ({ ...values, at: unit === "hour" ? format.hour(at) : format.day(at) }));
  const sum = (key: "good" | "bad") => format.number(bars.reduce((total, bar) => total + (bar[key] ?? 0), 0));
  return (
    <figure style={{ margin: 0 }} aria-label={`${title}: ${sum("good")} ${good}${bad === undefined ? "" : `, ${sum("bad")} ${bad}`}`}>
      <div className={classes.labels} aria-hidden="true">
        {named && <strong>{title}</strong>}
        <span data-series={bad === undefined ? "neutral" : "good"}>{good}</span>
        {bad !== undefined && <span data-series="bad">{bad}</span>}
      </div>
      <div aria-hidden="true">
        <BarChart
          h={240}
          data={data}
          dataKey="at"
          type="stacked"
          gridAxis="x"
          tickLine="none"
          valueFormatter={format.number}
          yAxisProps={{ width: 44, allowDecimals: false, tickFormatter: format.compact }}
          xAxisProps={{ minTickGap: 28 }}
          barProps={{ isAnimationActive: false, maxBarSize: 28 }}
          // The chart is hidden from screen readers, which read the label, so the keyboard must not enter it.
          barChartProps={{ accessibilityLayer: false }}
          series={[
            { name: "good", label: good, color: bad === undefined ? "var(--pr-chart-idle)" : "var(--pr-chart-good)" },
            ...(bad === undefined ? [] : [{ name: "bad", label: bad, color: "var(--pr-chart-bad)" }]),
          ]}
        />
      </div>
    </figure>
  );
}
