//! A list with the button that shows its new rows, which are announced above it and never push it.

import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import classes from "./FreshRows.module.css";

interface Props {
  /** How many rows are new; 0 shows no button. */
  count: number;
  onShow: () => void;
  children: ReactNode;
}

export function FreshRows({ count, onShow, children }: Props) {
  const { shared } = useMessages();
  return (
    <div className={classes.wrap}>
      {count > 0 && (
        <Button className={classes.button} size="compact-sm" onClick={onShow}>
          {shared.table.newRows(count)}
        </Button>
      )}
      {children}
    </div>
  );
}
