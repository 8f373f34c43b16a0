//! Instants, lengths of time and countdowns. All of them follow one clock, and carry the exact instant.

import { Tooltip } from "@mantine/core";
import { useMessages } from "@/messages/context";
import { useAtTick, useNow } from "./clock";
import { useFormat } from "./format";
import classes from "./Time.module.css";

interface TimeProps {
  at: string;
  /** `relative` shows the exact time on hover and on focus. */
  as?: "relative" | "exact" | "clock";
  /** In a list the focus stays on the row's link, and the exact time is a `title`: a tooltip for each row is slow. */
  inRow?: boolean;
}

export function Time({ at, as = "relative", inRow = false }: TimeProps) {
  const format = useFormat();
  if (as !== "relative") {
    return <time dateTime={at}>{as === "clock" ? format.time(at) : format.dateTime(at)}</time>;
  }
  return <RelativeTime at={at} inRow={inRow} />;
}

function RelativeTime({ at, inRow }: { at: string; inRow: boolean }) {
  const format = useFormat();
  const instant = Date.parse(at);
  const text = useAtTick((now) => (Number.isNaN(instant) ? at : format.relative(instant, now)));
  if (inRow) {
    return (
      <time dateTime={at} title={format.dateTime(at)} className={classes.time}>
        {text}
      </time>
    );
  }
  return (
    <Tooltip label={format.dateTime(at)}>
      <time dateTime={at} tabIndex={0} className={classes.time}>
        {text}
      </time>
    </Tooltip>
  );
}

/** The time until an instant: `in 4 min 12 s`, then “now”. Not a live region. */
export function Countdown({ until }: { until: string }) {
  const format = useFormat();
  const now = useNow();
  const { shared } = useMessages();
  const left = Date.parse(until) - now;
  return (
    <Tooltip label={format.dateTime(until)}>
      <time dateTime={until} tabIndex={0} className={classes.time}>
        {left <= 0 ? shared.now : format.duration(left)}
      </time>
    </Tooltip>
  );
}

/** How long ago an instant was, without “ago”; whole minutes after the first one. */
export function Age({ since }: { since: string }) {
  const format = useFormat();
  const age = Math.max(0, useNow() - Date.parse(since));
  return <time dateTime={since}>{format.duration(age < 60_000 ? age : Math.floor(age / 60_000) * 60_000)}</time>;
}

export function Duration({ ms }: { ms: number | null | undefined }) {
  const format = useFormat();
  if (ms === null || ms === undefined) return <Absent />;
  return <span>{format.duration(ms)}</span>;
}

export function ByteSize({ count }: { count: number }) {
  const format = useFormat();
  return <span>{format.bytes(count)}</span>;
}

/** A value that does not exist, with a word for screen readers. */
export function Absent() {
  const { shared } = useMessages();
  return (
    <span className={classes.absent} role="img" aria-label={shared.none}>
      —
    </span>
  );
}
