//! The body of a list screen: the sentence that answers the reader's question, filters, one primary button, the list,
//! and the open row's panel beside it.

import type { ReactNode } from "react";
import classes from "./ListScreen.module.css";
import { Split } from "./Panel";

interface Props {
  /** Absent while it is being loaded; its line keeps its height. */
  answer: ReactNode;
  filters?: ReactNode;
  filtersLabel?: string;
  /** The one primary button. */
  action?: ReactNode;
  panel?: ReactNode | null;
  children: ReactNode;
}

export function ListScreen({ answer, filters, filtersLabel, action, panel = null, children }: Props) {
  return (
    <Split panel={panel}>
      <div className={classes.head}>
        <p className={classes.answer} aria-live="polite" aria-busy={!answer}>
          {answer}
        </p>
        {action && <div className={classes.action}>{action}</div>}
        {filters && (
          <div className={classes.filters} role="search" aria-label={filtersLabel}>
            {filters}
          </div>
        )}
      </div>
      {children}
    </Split>
  );
}

/** The place of a list's state that is no table: an empty state, or a failure. */
export function ListState({ children }: { children: ReactNode }) {
  return <div className={classes.state}>{children}</div>;
}
