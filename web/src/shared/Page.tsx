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
}

/** The answer, and the button that helps beside it. */
export function PageAnswer({ children, action }: HeadProps) {
  return (
    <div className={classes.head}>
      <h2 className={classes.answer}>{children}</h2>
      {action}
    </div>
  );
}
