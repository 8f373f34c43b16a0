//! A status as shape, word and colour. The shape is drawn, so that it does not depend on fonts.

import { useMessages } from "@/messages/context";
import { statusLook, type Shape, type StatusKind } from "./status";
import classes from "./StatusBadge.module.css";

interface Props {
  kind: StatusKind;
  value: string;
  /** Replaces the word, for example by a countdown. */
  word?: string;
}

export function StatusBadge({ kind, value, word }: Props) {
  const { status } = useMessages();
  const look = statusLook(kind, value);
  return (
    <span className={classes.badge} data-tone={look.tone}>
      <StatusShape shape={look.shape} />
      <span className={classes.word}>{word ?? look.word(status)}</span>
    </span>
  );
}

const PATHS: Record<Shape, string> = {
  dot: "M8 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
  half: "M8 4a4 4 0 1 0 0 8z",
  ring: "M8 4.75a3.25 3.25 0 1 0 0 6.5 3.25 3.25 0 0 0 0-6.5",
  retry: "M12 8a4 4 0 1 1-1.2-2.85M11.2 2.8v2.7H8.5",
  cross: "M4.7 4.7l6.6 6.6M11.3 4.7l-6.6 6.6",
  pause: "M6 4.5v7M10 4.5v7",
  stop: "M4.5 4.5h7v7h-7z",
  check: "M4 8.5l2.7 2.7L12 5.5",
  question: "M6 6.2a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.3M8 11.4v.2",
};
const FILLED = new Set<Shape>(["dot", "stop"]);

export function StatusShape({ shape }: { shape: Shape }) {
  return (
    <svg className={classes.shape} viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      {shape === "half" && <circle cx="8" cy="8" r="3.6" className={classes.line} />}
      <path d={PATHS[shape]} className={FILLED.has(shape) || shape === "half" ? classes.filled : classes.line} />
    </svg>
  );
}
