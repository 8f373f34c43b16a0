//! The body of a screen that is no list: its padding, its widest line, and the sentence that answers the reader's question.

import type { ReactNode } from "react";
import classes from "./Page.module.css";

export function Page({ children }: { children: ReactNode }) {
  return <div className={classes.page}>{children}</div>;
}

interface HeadProps {
  children: ReactNode;
  /** The one primary button. */
  action?: ReactNode;
  /** A line that belongs to the answer. */
  below?: ReactNode;
}

/** The answer, and the button that helps beside it. */
export function PageAnswer({ children, action, below }: HeadProps) {
  return (
    <div className={classes.head}>
      <div className={classes.text}>
        <h2 className={classes.answer}>{children}</h2>
        {below}
      </div>
      {action}
    </div>
  );
}
