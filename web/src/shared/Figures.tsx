//! Figures beside each other, each with its name below.

import type { ReactNode } from "react";
import classes from "./Figures.module.css";

export function Figures({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <dl className={classes.figures} aria-label={label}>
      {children}
    </dl>
  );
}

export function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
