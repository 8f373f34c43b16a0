//! Names and values of an object in two columns. Null rows are left out.

import type { ReactNode } from "react";
import classes from "./Facts.module.css";

export type Fact = readonly [name: string, value: ReactNode] | null | false;

export function Facts({ rows }: { rows: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {rows
        .filter((row) => row !== null && row !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
