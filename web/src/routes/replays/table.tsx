//! The rows of the list. A running replay moves in its row.

import { IconRepeat } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { Replay } from "@/api/types";
import type { Scope } from "@/api/scope";
import { useScope } from "@/frame/useScope";
import { EmptyState } from "@/shared/EmptyState";
import { useFormat, type Format } from "@/shared/format";
import { Meter } from "@/shared/Meter";
import type { RowSource } from "@/shared/rows";
import { ReceiverOf } from "@/shared/ReceiverOf";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import { useRoom } from "@/shared/useRoom";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { totalOf } from "./progress";
import { replaysRoute } from "./route";
import { selectionText } from "./selection";
import { useReplayWords, type ReplayWords } from "./words";

interface Props {
  source: RowSource<Replay>;
  /** The button that makes the first one; false for sessions that may not. */
  add: ReactNode;
}

export function ReplayTable({ source, add }: Props) {
  const words = useReplayWords();
  const scope = useScope();
  const { open } = replaysRoute.useSearch();
  return (
    <VirtualTable
      label={words.list}
      columns={useColumns(scope, open !== undefined)}
      source={source}
      rowKey={({ id }) => id}
      rowLink={rowLink}
      openKey={open}
      empty={<EmptyState icon={<IconRepeat size={32} stroke={1.5} />} title={words.empty.title} text={words.empty.text} action={add} />}
    />
  );
}

function rowLink({ id }: Replay, children: ReactNode) {
  return (
    <Link from={replaysRoute.fullPath} search={(before) => ({ ...before, open: id })} preload={false} resetScroll={false}>
      {children}
    </Link>
  );
}

function useColumns(scope: Scope, panel: boolean): Column<Replay>[] {
  const words = useReplayWords();
  const format = useFormat();
  const room = useRoom(panel);
  return useMemo(() => columnsOf(words, format, scope, room), [words, format, scope, room]);
}

function columnsOf(words: ReplayWords, format: Format, scope: Scope, room: boolean): Column<Replay>[] {
  const { columns } = words;
  const subscription: Column<Replay> = {
    id: "subscription",
    header: columns.subscription,
    width: "minmax(132px, 2fr)",
    cell: (row) => <ReceiverOf scope={scope} id={row.subscription_id} />,
  };
  const ended: Column<Replay> = {
    id: "ended",
    header: columns.ended,
    width: "96px",
    end: true,
    cell: (row) => (row.ended_at ? <Time at={row.ended_at} inRow /> : <Absent />),
  };
  return [
    {
      id: "what",
      header: columns.what,
      width: "minmax(160px, 3fr)",
      phone: "lead",
      cell: (row) => <span title={selectionText(row, words.what, format)}>{selectionText(row, words.what, format)}</span>,
    },
    ...(room ? [subscription] : []),
    { id: "state", header: columns.state, width: "104px", phone: "trail", cell: (row) => <StatusBadge kind="replay" value={row.state} /> },
    { id: "progress", header: columns.progress, width: "minmax(140px, 220px)", phone: "sub", cell: (row) => <ReplayMeter replay={row} /> },
    {
      id: "started",
      header: columns.started,
      width: "96px",
      end: true,
      phone: "subtrail",
      cell: (row) => <Time at={row.created_at} inRow />,
    },
    ...(room ? [ended] : []),
  ];
}

export function ReplayMeter({ replay }: { replay: Replay }) {
  const words = useReplayWords();
  const format = useFormat();
  const { queued, skipped, state, count_is_lower_bound: bound } = replay;
  const total = totalOf(replay);
  return (
    <Meter
      job
      idle={state !== "running"}
      // A job of nothing is done at once.
      value={total === 0 ? 1 : queued + skipped}
      max={total === 0 ? 1 : total}
      label={words.progress.label}
      text={words.progress.of(format.number(queued), `${format.number(total)}${bound && state !== "completed" ? "+" : ""}`)}
    />
  );
}
