//! The rows of the list. The rows in sight follow their running replays.

import { IconRepeat } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Scope } from "@/api/scope";
import type { Replay } from "@/api/types";
import { EmptyState } from "@/shared/EmptyState";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { Meter } from "@/shared/Meter";
import type { RowSource } from "@/shared/rows";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { useLiveReplay } from "./queries";
import { replaysRoute } from "./route";
import { selectionText } from "./selection";
import { useReplayWords } from "./words";

interface Props {
  scope: Scope;
  source: RowSource<Replay>;
  /** The button that makes the first one; false for sessions that may not. */
  add: ReactNode;
}

export function ReplayTable({ scope, source, add }: Props) {
  const words = useReplayWords();
  const { open } = replaysRoute.useSearch();
  return (
    <VirtualTable
      label={words.list}
      columns={useColumns(scope)}
      source={source}
      rowKey={({ id }) => id}
      rowLink={(row, children) => (
        <Link from={replaysRoute.fullPath} search={(before) => ({ ...before, open: row.id })} preload={false} resetScroll={false}>
          {children}
        </Link>
      )}
      openKey={open}
      empty={<EmptyState icon={<IconRepeat size={32} stroke={1.5} />} title={words.empty.title} text={words.empty.text} action={add} />}
    />
  );
}

function useColumns(scope: Scope): Column<Replay>[] {
  const words = useReplayWords();
  const format = useFormat();
  const { columns } = words;
  return [
    {
      id: "what",
      header: columns.what,
      width: "minmax(160px, 3fr)",
      phone: "lead",
      cell: (row) => <span title={selectionText(row, words.what, format)}>{selectionText(row, words.what, format)}</span>,
    },
    {
      id: "subscription",
      header: columns.subscription,
      width: "132px",
      cell: (row) => <Id value={row.subscription_id} copy={false} />,
    },
    { id: "state", header: columns.state, width: "104px", phone: "trail", cell: (row) => <State scope={scope} row={row} /> },
    { id: "progress", header: columns.progress, width: "minmax(140px, 220px)", phone: "sub", cell: (row) => <Progress scope={scope} row={row} /> },
    {
      id: "started",
      header: columns.started,
      width: "88px",
      end: true,
      phone: "subtrail",
      cell: (row) => <Time at={row.created_at} inRow />,
    },
    {
      id: "ended",
      header: columns.ended,
      width: "88px",
      end: true,
      cell: (row) => <Ended scope={scope} row={row} />,
    },
  ];
}

interface CellProps {
  scope: Scope;
  row: Replay;
}

function State({ scope, row }: CellProps) {
  return <StatusBadge kind="replay" value={useLiveReplay(scope, row).state} />;
}

function Ended({ scope, row }: CellProps) {
  const { ended_at: at } = useLiveReplay(scope, row);
  return at ? <Time at={at} inRow /> : <Absent />;
}

function Progress({ scope, row }: CellProps) {
  return <ReplayMeter replay={useLiveReplay(scope, row)} />;
}

export function ReplayMeter({ replay }: { replay: Replay }) {
  const words = useReplayWords();
  const format = useFormat();
  const { queued, skipped, count, state, count_is_lower_bound: bound } = replay;
  // A job of nothing is done at once.
  const done = state === "completed" ? count : queued + skipped;
  return (
    <Meter
      job
      idle={state !== "running"}
      value={count === 0 ? 1 : done}
      max={count === 0 ? 1 : count}
      label={words.progress.label}
      text={words.progress.of(format.number(queued), `${format.number(count)}${bound ? "+" : ""}`)}
    />
  );
}
