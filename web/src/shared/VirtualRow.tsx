//! A row of a list. It renders only when something of its own changes, since scrolling renders the list many times.

import { memo, type ReactNode } from "react";
import { useMessages } from "@/messages/context";
import { Tick } from "./Tick";
import classes from "./VirtualTable.module.css";

export interface Column<T> {
  id: string;
  header: string;
  /** A track of CSS grid. */
  width: string;
  end?: boolean;
  /** Where the cell goes in the two lines of a phone; absent: left out. */
  phone?: "lead" | "trail" | "sub" | "subtrail";
  cell: (row: T) => ReactNode;
}

export type RowLink<T> = (row: T, children: ReactNode) => ReactNode;

interface Props<T> {
  index: number;
  /** Absent until it is loaded. */
  row: T | undefined;
  columns: Column<T>[];
  link: RowLink<T>;
  top: number;
  height: number;
  template: string | undefined;
  open: boolean;
  chosen: boolean;
  /** Absent in lists without a selection. */
  onToggle: ((row: T) => void) | undefined;
}

function DrawnRow<T>({ index, row, columns, link, top, height, template, open, chosen, onToggle }: Props<T>) {
  const { shared } = useMessages();
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-open={open}
      data-chosen={chosen}
      className={classes.row}
      style={{ height, transform: `translateY(${top}px)`, gridTemplateColumns: template }}
    >
      {onToggle && (
        <div role="cell" className={classes.box}>
          {row !== undefined && <Tick label={shared.table.select} checked={chosen} onChange={() => onToggle(row)} />}
        </div>
      )}
      {columns.map((column, place) => (
        <div key={column.id} role="cell" className={classes.cell} data-end={column.end} data-phone={column.phone ?? "none"}>
          {row === undefined ? <span className={classes.bar} /> : place === 0 ? link(row, column.cell(row)) : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

export const VirtualRow = memo(DrawnRow) as typeof DrawnRow;
