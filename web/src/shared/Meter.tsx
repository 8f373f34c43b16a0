//! A small bar: a part of a whole, as of a limit or of a job. The text beside it has the figures.

import classes from "./Meter.module.css";

interface Props {
  value: number;
  /** Null: there is no whole, so no bar. */
  max: number | null;
  /** What is measured, for screen readers; `text` is the value in words. */
  label: string;
  text: string;
  /** Of a job, which is better the fuller it is; a limit warns when it is nearly used up. */
  job?: boolean;
  /** A job that moves no more has no accent. */
  idle?: boolean;
}

export function Meter({ value, max, label, text, job = false, idle = false }: Props) {
  const share = fraction(value, max);
  const tone = job ? (idle ? "idle" : "accent") : share >= 1 ? "bad" : share >= 0.8 ? "warn" : "accent";
  return (
    <span className={classes.meter}>
      {max !== null && (
        <span
          className={classes.track}
          role={job ? "progressbar" : "meter"}
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(share * 100)}
          aria-valuetext={text}
        >
          <span className={classes.fill} data-tone={tone} style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <span className={classes.text}>{text}</span>
    </span>
  );
}

/** The used part of a whole, from 0 to 1. A whole of nothing is used up. */
export function fraction(value: number, max: number | null): number {
  if (max === null) return 0;
  if (max <= 0) return 1;
  return Math.min(1, Math.max(0, value / max));
}
