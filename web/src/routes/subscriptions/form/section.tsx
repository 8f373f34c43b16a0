//! A section of the form that most subscriptions leave alone: closed until it is used, with what it holds in its line.

import { IconChevronDown } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import classes from "./form.module.css";

interface Props {
  title: string;
  /** What the section holds, in its closed line. */
  state: string;
  /** Open from the beginning, as for a section that is in use. */
  used: boolean;
  /** A fault of a field opens it. */
  faulty: boolean;
  children: ReactNode;
}

export function Section({ title, state, used, faulty, children }: Props) {
  const [open, setOpen] = useState(used);
  // React sets the attribute, so a fault opens the section and its reader may still close it afterwards.
  const [shown, setShown] = useState(faulty);
  if (faulty !== shown) {
    setShown(faulty);
    if (faulty) setOpen(true);
  }
  return (
    <details className={classes.details} open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <IconChevronDown size={14} aria-hidden="true" />
        <span className={classes.summary}>{title}</span>
        <span className={classes.state}>{state}</span>
      </summary>
      {open && (
        <div className={classes.section} role="group" aria-label={title}>
          {children}
        </div>
      )}
    </details>
  );
}
