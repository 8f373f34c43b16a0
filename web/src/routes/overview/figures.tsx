//! The figures of the last day. Counts are links to the rows that they count.

import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Stats } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { Absent } from "@/shared/Time";
import classes from "./overview.module.css";

export function Figures({ stats }: { stats: Stats | undefined }) {
  const { overview } = useMessages();
  const words = overview.figures;
  const format = useFormat();
  if (stats === undefined) return <Skeleton height={56} />;
  const { created, by_status: by, success_rate: rate, latency_ms: latency } = stats.total;
  const failed = by.failed + by.exhausted + by.disabled;
  return (
    <dl className={classes.figures} aria-label={words.label}>
      <div>
        <dt>{words.rate}</dt>
        <dd>{rate === null || rate === undefined ? <Absent /> : format.percent(rate)}</dd>
      </div>
      <div>
        <dt>{words.created}</dt>
        <dd>
          <Link to="/deliveries">{format.number(created)}</Link>
        </dd>
      </div>
      <div>
        <dt>{words.delivered}</dt>
        <dd>
          <Link to="/deliveries" search={{ status: "success" }}>
            {format.number(by.success)}
          </Link>
        </dd>
      </div>
      <div>
        <dt>{words.failed}</dt>
        <dd>
          <Link to="/deliveries" search={{ status: "failed" }} data-tone={failed > 0 ? "bad" : undefined}>
            {format.number(failed)}
          </Link>
        </dd>
      </div>
      {(["p50", "p95", "p99"] as const).map((name) => (
        <div key={name}>
          <dt>{name === "p50" ? words.median : words[name]}</dt>
          <dd>{latency ? format.duration(latency[name]) : <Absent />}</dd>
        </div>
      ))}
    </dl>
  );
}
