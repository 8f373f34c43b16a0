//! A table that draws the rows in sight of a list of any length. Each row has one link, which covers the row; the keys
//! move along the links.

import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef, type ReactNode } from "react";
import { useMessages } from "@/messages/context";
import { EmptyState } from "./EmptyState";
import { ProblemNotice } from "./ProblemNotice";
import type { RowSource } from "./rows";
import { Tick } from "./Tick";
import { useRowKeys } from "./useRowKeys";
import { useScaledRows } from "./useScaledRows";
import { VirtualRow, type Column, type RowLink } from "./VirtualRow";
import classes from "./VirtualTable.module.css";

export type { Column };

export interface Selection<T> {
  has: (key: string) => boolean;
  /** Stays the same between renders. */
  toggle: (row: T) => void;
  /** State of the box in the header, for loaded rows. */
  all: boolean;
  some: boolean;
  toggleAll: () => void;
}

interface Props<T> {
  label: string;
  /** Columns and link stay the same between renders, or each row renders whenever the list does. */
  columns: Column<T>[];
  source: RowSource<T>;
  rowKey: (row: T) => string;
  /** The link's content is the first column's cell. */
  rowLink: RowLink<T>;
  openKey?: string | undefined;
  selection?: Selection<T> | undefined;
  empty: ReactNode;
  footer?: ReactNode;
  /** Says whether the first row is in sight. */
  onTop?: (atTop: boolean) => void;
}

const HEADER = 32;

export function VirtualTable<T>(props: Props<T>) {
  const { columns, source, selection, label } = props;
  const { shared } = useMessages();
  const phone = useMediaQuery("(max-width: 699px)") ?? false;
  const scroll = useRef<HTMLDivElement>(null);
  const total = source.total ?? 0;
  const loading = source.total === null;
  const count = loading ? 12 : total;
  const rowHeight = phone ? 56 : 36;
  const headerHeight = phone ? 0 : HEADER;
  const rows = useScaledRows({ count, rowHeight, headerHeight, scroll });
  const keys = useRowKeys({ count: total, rowHeight, scroll, scrollToIndex: rows.scrollToIndex, selection, source });

  const first = rows.items[0]?.index ?? 0;
  const last = rows.items.at(-1)?.index ?? 0;
  const { onTop } = props;
  const { onRange } = source;
  useEffect(() => {
    if (!loading) onRange(first, last);
    onTop?.(first === 0);
  });

  if (source.error && loading) {
    return (
      <div className={classes.state}>
        <ProblemNotice error={source.error} onRetry={source.retry} />
      </div>
    );
  }
  if (!loading && total === 0 && !source.walk?.next) return <div className={classes.state}>{props.empty}</div>;

  const template = [selection ? "28px" : "", ...columns.map((column) => column.width)].join(" ").trim();
  return (
    <div ref={scroll} className={classes.scroll} onKeyDown={keys.onKeyDown} data-phone={phone}>
      <div role="table" aria-label={label} aria-rowcount={loading ? -1 : total + 1} aria-busy={loading}>
        <div role="rowgroup" className={classes.head}>
          <div role="row" aria-rowindex={1} className={classes.headRow} style={{ gridTemplateColumns: template }}>
            {selection && (
              <div role="columnheader" className={classes.box}>
                <Tick
                  label={shared.table.selectAll}
                  checked={selection.all}
                  indeterminate={selection.some && !selection.all}
                  onChange={selection.toggleAll}
                />
              </div>
            )}
            {columns.map((column) => (
              <div key={column.id} role="columnheader" className={classes.headCell} data-end={column.end}>
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.rows} style={{ height: rows.height }} data-loading={loading}>
          {rows.items.map((item) => {
            const row = loading ? undefined : source.rowAt(item.index);
            const key = row === undefined ? undefined : props.rowKey(row);
            return (
              <VirtualRow
                key={item.key}
                index={item.index}
                row={row}
                columns={columns}
                link={props.rowLink}
                top={rows.top(item)}
                height={rowHeight}
                template={phone ? undefined : template}
                open={key !== undefined && key === props.openKey}
                chosen={key !== undefined && selection !== undefined && selection.has(key)}
                onToggle={selection?.toggle}
              />
            );
          })}
        </div>
      </div>
      {props.footer && <div className={classes.footer}>{props.footer}</div>}
    </div>
  );
}

/** The empty state of a list with filters. */
export function NoMatch({ onClear }: { onClear: ReactNode }) {
  const { shared } = useMessages();
  return <EmptyState title={shared.table.noMatch} action={onClear} />;
}
