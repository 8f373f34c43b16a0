//! A small line of values without axes, with its text alternative. A missing value is a gap.

import classes from "./Sparkline.module.css";

interface Props {
  values: (number | null)[];
  /** Says in words what the line shows. */
  label: string;
  width?: number;
  height?: number;
  tone?: "accent" | "bad";
}

export function Sparkline({ values, label, width = 96, height = 24, tone = "accent" }: Props) {
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={classes.line}
      data-tone={tone}
    >
      <path d={sparkPath(values, width, height)} />
    </svg>
  );
}

/** The path of the values from zero to their maximum; a value between two gaps is a short dash. */
export function sparkPath(values: (number | null)[], width: number, height: number): string {
  const largest = Math.max(1, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? (width - 2) / (values.length - 1) : 0;
  const parts: string[] = [];
  let pen = false;
  values.forEach((value, index) => {
    if (value === null) {
      pen = false;
      return;
    }
    const x = 1 + index * step;
    const y = height - 2 - (value / largest) * (height - 4);
    const alone = !pen && (values[index + 1] ?? null) === null;
    parts.push(`${pen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}${alone ? "h1.5" : ""}`);
    pen = true;
  });
  return parts.join("");
}
