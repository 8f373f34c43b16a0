//! The answer of the list: how many wait, failed, and arrived. Each figure is a link to its rows.

import { Button, Popover, SegmentedControl, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, memo, useState } from "react";
import type { Scope } from "@/api/scope";
import type { DeliveryCounts } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { showHidden } from "@/shared/text";
import type { DeliveryFilter, DeliveryQuery, DeliverySearch } from "./filter";
import classes from "./page.module.css";
import { countsQuery } from "./queries";
import { deliveriesRoute } from "./route";

interface Props {
  scope: Scope;
  filter: DeliveryFilter;
  query: DeliveryQuery;
  anchor: number;
}

export const Answer = memo(function Answer({ scope, filter, query, anchor }: Props) {
  const { deliveries } = useMessages();
  const words = deliveries.answer;
  const format = useFormat();
  const counts = useQuery(countsQuery(scope, filter, query, anchor));
  if (counts.data === undefined) return null;
  const of = (status: string) => counts.data.statuses.find((count) => count.status === status);
  const shown = (status: string) => {
    const count = of(status);
    return `${format.number(count?.deliveries ?? 0)}${count?.capped ? "+" : ""}`;
  };
  const number = (status: string) => of(status)?.deliveries ?? 0;
  const waiting = number("pending") + number("retrying");
  const ended = number("success") + number("failed") + number("disabled");
  if (waiting + ended === 0) return words.none;
  const capped = of("pending")?.capped || of("retrying")?.capped;
  const figures: FigureProps[] = [
    { status: "waiting", count: waiting, text: words.waiting(`${format.number(waiting)}${capped ? "+" : ""}`) },
    { status: "failed", count: number("failed"), text: words.failed(shown("failed")), bad: true },
    { status: "disabled", count: number("disabled"), text: words.gone(shown("disabled")), bad: true },
    { status: "success", count: number("success"), text: words.delivered(shown("success")) },
  ];
  const rated = filter.status === undefined && ended > 0 && !of("success")?.capped;
  return (
    <>
      {figures
        .filter(({ count }) => count > 0)
        .map((figure, index) => (
          <Fragment key={figure.status}>
            {index > 0 && " · "}
            <Figure {...figure} />
          </Fragment>
        ))}{" "}
      <small>
        {rated && words.rate(format.percent(number("success") / ended))} <Breakdown counts={counts.data} />
      </small>
    </>
  );
});

interface FigureProps {
  status: NonNullable<DeliverySearch["status"]>;
  count: number;
  text: string;
  bad?: boolean;
}

function Figure({ status, text, bad = false }: FigureProps) {
  return (
    <Link from={deliveriesRoute.fullPath} search={(before) => ({ ...before, status })} data-tone={bad ? "bad" : undefined}>
      {text}
    </Link>
  );
}

interface Part {
  name: string;
  count: number;
  search: DeliverySearch | null;
  tone: "good" | "bad" | undefined;
}

function Breakdown({ counts }: { counts: DeliveryCounts }) {
  const { deliveries } = useMessages();
  const words = deliveries.answer;
  const [by, setBy] = useState<"code" | "type">("code");
  const parts: Part[] =
    by === "code"
      ? counts.by_code.map(({ response_code: code, deliveries: count }) => ({
          name: code ? `HTTP ${code}` : words.noResponse,
          count,
          // No filter of the API selects deliveries without a response.
          search: code ? { code: String(code) } : null,
          tone: code ? (code < 300 ? "good" : "bad") : undefined,
        }))
      : counts.by_type.map(({ event_type: type, deliveries: count }) => ({ name: type, count, search: { type }, tone: undefined }));
  return (
    <Popover position="bottom-start" shadow="md" width={360} trapFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="compact-sm">
          {words.breakdown}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <SegmentedControl
            aria-label={words.breakdown}
            value={by}
            onChange={(value) => setBy(value === "type" ? "type" : "code")}
            data={[
              { value: "code", label: words.byCode },
              { value: "type", label: words.byType },
            ]}
          />
          <Parts parts={parts} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Parts({ parts }: { parts: Part[] }) {
  const largest = Math.max(1, ...parts.map(({ count }) => count));
  return (
    <ul className={classes.breakdown}>
      {parts.slice(0, 20).map(({ name, count, search, tone }) => (
        <li key={name}>
          {search === null ? (
            <span className={classes.part}>
              <Part name={name} count={count} largest={largest} tone={tone} />
            </span>
          ) : (
            <Link from={deliveriesRoute.fullPath} search={(before) => ({ ...before, ...search })} className={classes.part}>
              <Part name={name} count={count} largest={largest} tone={tone} />
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

function Part({ name, count, largest, tone }: Omit<Part, "search"> & { largest: number }) {
  const format = useFormat();
  return (
    <>
      <span className={classes.partName}>{showHidden(name)}</span>
      <span className={classes.bar} data-tone={tone} aria-hidden="true">
        <span style={{ width: `${(100 * count) / largest}%` }} />
      </span>
      <span>{format.number(count)}</span>
    </>
  );
}
