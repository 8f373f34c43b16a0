//! The figures of a time. Each is a link to the rows that it counts: the same tenant, status and instants.

import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Figure, Figures as List } from "@/shared/Figures";
import { useFormat } from "@/shared/format";
import { Absent } from "@/shared/Time";
import type { Figures as Data } from "./queries";
import { useOverviewWords } from "./words";

type Status = "success" | "failed" | "disabled";

export function Figures({ figures }: { figures: Data | undefined }) {
  const overview = useOverviewWords();
  const words = overview.figures;
  const format = useFormat();
  if (figures === undefined) return <Skeleton height={56} />;
  const { after, before, counts, events, stats } = figures;
  const of = (status: Status) => counts.statuses.find((count) => count.status === status);
  const shown = (value: number, capped: boolean | undefined) => `${format.number(value)}${capped ? "+" : ""}`;
  const delivered = of("success")?.deliveries ?? 0;
  const ended = delivered + (of("failed")?.deliveries ?? 0) + (of("disabled")?.deliveries ?? 0);
  const time = { after, before };
  const status = (name: Status, label: string) => (
    <Figure label={label}>
      <Link to="/deliveries" search={{ ...time, status: name }} data-tone={name !== "success" && of(name)?.deliveries ? "bad" : undefined}>
        {shown(of(name)?.deliveries ?? 0, of(name)?.capped)}
      </Link>
    </Figure>
  );
  return (
    <List label={words.label}>
      <Figure label={words.rate}>
        {ended === 0 ? (
          <Absent />
        ) : (
          <Link to="/deliveries" search={time}>
            {format.percent(delivered / ended)}
          </Link>
        )}
      </Figure>
      <Figure label={words.events}>
        <Link to="/events" search={time}>
          {shown(events.total, events.capped)}
        </Link>
      </Figure>
      <Figure label={words.created}>
        <Link to="/deliveries" search={time}>
          {shown(counts.deliveries, counts.capped)}
        </Link>
      </Figure>
      {status("success", words.delivered)}
      {status("failed", words.failed)}
      {(of("disabled")?.deliveries ?? 0) > 0 && status("disabled", words.gone)}
      {(["p50", "p95", "p99"] as const).map((name) => {
        const latency = stats.total.latency_ms?.[name];
        return (
          <Figure key={name} label={words[name]}>
            {latency === undefined ? (
              <Absent />
            ) : (
              <Link to="/deliveries" search={{ ...time, slow: Math.round(latency) }} title={words.slower}>
                {format.duration(latency)}
              </Link>
            )}
          </Figure>
        );
      })}
    </List>
  );
}
