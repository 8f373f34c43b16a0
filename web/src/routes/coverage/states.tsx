//! The number of findings by state, as bars that filter the list below. The filter is in the address.

import { Link } from "@tanstack/react-router";
import { useFormat } from "@/shared/format";
import classes from "./page.module.css";
import { coverageRoute, type CoverageSearch } from "./route";
import { useCoverageWords } from "./words";

export interface StateCount {
  state: NonNullable<CoverageSearch["state"]>;
  label: string;
  count: number;
  tone: "good" | "warn" | "bad" | "idle";
}

export function States({ states, chosen }: { states: StateCount[]; chosen: CoverageSearch["state"] }) {
  const words = useCoverageWords();
  const format = useFormat();
  const largest = Math.max(1, ...states.map(({ count }) => count));
  return (
    <ul className={classes.states} aria-label={words.filter}>
      {states.map(({ state, label, count, tone }) => (
        <li key={state}>
          <Link
            from={coverageRoute.fullPath}
            search={(before) => ({ ...before, type: undefined, state: state === chosen ? undefined : state })}
            className={classes.state}
            aria-current={state === chosen}
            replace
            resetScroll={false}
          >
            <span>{label}</span>
            <span className={classes.bar} data-tone={tone} aria-hidden="true">
              <span style={{ width: `${(100 * count) / largest}%` }} />
            </span>
            <span className={classes.count}>{format.number(count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
