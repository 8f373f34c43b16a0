//! Numbers, dates, durations and sizes in the reader's language. The only file that uses `Intl`.

import { useLanguage } from "@/messages/context";
import { usePreferences } from "./preferences";

export interface Format {
  number: (value: number) => string;
  /** Short form for axes and narrow places: `1.2K`. */
  compact: (value: number) => string;
  /** A fraction from 0 to 1. Never rounds up to 100 %. */
  percent: (fraction: number) => string;
  /** A length of time in milliseconds, with its unit: `240 ms`, `1.2 s`, `3 min`. */
  duration: (milliseconds: number) => string;
  bytes: (count: number) => string;
  dateTime: (instant: number | string) => string;
  time: (instant: number | string) => string;
  day: (instant: number | string) => string;
  /** `14:00`, for the axis of a chart. */
  hour: (instant: number | string) => string;
  /** `3 min ago`, `in 4 min`. */
  relative: (instant: number, reference: number) => string;
  list: (items: string[]) => string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function createFormat(language: string, zone: "local" | "utc"): Format {
  const timeZone = zone === "utc" ? "UTC" : undefined;
  const number = new Intl.NumberFormat(language);
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const dateTime = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone,
  });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone });
  const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone });
  const day = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const bytes = new Intl.NumberFormat(language, { style: "unit", unit: "byte", unitDisplay: "long" });
  const suffix = zone === "utc" ? " UTC" : "";

  const units = new Map<string, Intl.NumberFormat>();
  const unit = (value: number, name: string, digits = 0) => {
    const key = `${name} ${digits}`;
    const known =
      units.get(key) ??
      new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits });
    units.set(key, known);
    return known.format(value);
  };

  return {
    number: (value) => number.format(value),
    compact: (value) => compact.format(value),
    percent: (fraction) => percent.format(fraction < 1 ? Math.min(fraction, 0.999) : 1),
    duration: (ms) => {
      if (ms < 10) return unit(ms, "millisecond", 1);
      if (ms < SECOND) return unit(Math.round(ms), "millisecond");
      if (ms < 10 * SECOND) return unit(ms / SECOND, "second", 1);
      if (ms < MINUTE) return unit(Math.floor(ms / SECOND), "second");
      if (ms < HOUR) return two(ms, MINUTE, "minute", SECOND, "second", 10 * MINUTE);
      if (ms < DAY) return two(ms, HOUR, "hour", MINUTE, "minute", DAY);
      return two(ms, DAY, "day", HOUR, "hour", 10 * DAY);
    },
    bytes: (count) => {
      if (count < 1024) return bytes.format(count);
      if (count < 1024 ** 2) return unit(count / 1024, "kilobyte", 1);
      if (count < 1024 ** 3) return unit(count / 1024 ** 2, "megabyte", 1);
      return unit(count / 1024 ** 3, "gigabyte", 1);
    },
    dateTime: (instant) => shown(dateTime, instant, suffix),
    time: (instant) => shown(time, instant, suffix),
    day: (instant) => shown(day, instant, ""),
    hour: (instant) => shown(hour, instant, ""),
    relative: (instant, reference) => {
      const difference = instant - reference;
      const size = Math.abs(difference);
      // A second of difference between two clocks must not show an event of the future.
      if (size < 5 * SECOND) return now;
      if (size < MINUTE) return relative.format(Math.trunc(difference / SECOND), "second");
      if (size < HOUR) return relative.format(Math.trunc(difference / MINUTE), "minute");
      if (size < DAY) return relative.format(Math.trunc(difference / HOUR), "hour");
      return relative.format(Math.trunc(difference / DAY), "day");
    },
    list: (items) => list.format(items),
  };

  /** Two units while the second one still says something. */
  function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string, until: number): string {
    const whole = Math.floor(ms / large);
    const rest = Math.floor((ms - whole * large) / small);
    if (rest === 0 || ms >= until) return unit(whole, largeUnit);
    return `${unit(whole, largeUnit)} ${unit(rest, smallUnit)}`;
  }
}

function shown(format: Intl.DateTimeFormat, instant: number | string, suffix: string): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? String(instant) : format.format(date) + suffix;
}

const formats = new Map<string, Format>();

/** One for the whole page: the constructors of `Intl` are slow, and each cell of a list has a use of its own. */
export function useFormat(): Format {
  const language = useLanguage();
  const { zone } = usePreferences();
  return formatOf(language, zone);
}

function formatOf(language: string, zone: "local" | "utc"): Format {
  const key = `${language} ${zone}`;
  const format = formats.get(key) ?? createFormat(language, zone);
  formats.set(key, format);
  return format;
}
