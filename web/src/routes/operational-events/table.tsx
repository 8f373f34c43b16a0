//! The rows of the list.

import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { PublishedEvent } from "@/api/types";
import { FreshRows } from "@/shared/FreshRows";
import { Foreign, Url } from "@/shared/Foreign";
import { NothingMatches, SearchOn } from "@/shared/ListParts";
import type { RowSource } from "@/shared/rows";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { operationalEventsRoute } from "./route";
import { subjectOf } from "./subject";
import { useOperationalWords } from "./words";

interface Props {
  source: RowSource<PublishedEvent>;
  filtered: boolean;
  /** Events that arrived since the list was read. */
  fresh: number;
  onRefresh: () => void;
  onTop: (atTop: boolean) => void;
  empty: ReactNode;
}

export function OperationalEventTable({ source, filtered, fresh, onRefresh, onTop, empty }: Props) {
  const words = useOperationalWords();
  const { open } = operationalEventsRoute.useSearch();
  return (
    <FreshRows count={fresh} onShow={onRefresh}>
      <VirtualTable
        label={words.list}
        columns={useColumns()}
        source={source}
        rowKey={({ id }) => id}
        rowLink={rowLink}
        openKey={open}
        empty={filtered ? <NothingMatches link={(props) => <Link from={operationalEventsRoute.fullPath} search={(before) => ({ ...before, type: undefined, tenant: undefined })} {...props} />} /> : empty}
        footer={filtered && source.walk?.next && <SearchOn walk={source.walk} />}
        onTop={onTop}
      />
    </FreshRows>
  );
}

function rowLink({ id }: PublishedEvent, children: ReactNode) {
  return (
    <Link from={operationalEventsRoute.fullPath} search={(before) => ({ ...before, open: id })} preload={false} resetScroll={false}>
      {children}
    </Link>
  );
}

function useColumns(): Column<PublishedEvent>[] {
  const { columns } = useOperationalWords();
  return useMemo(() => columnsOf(columns), [columns]);
}

function columnsOf(columns: ReturnType<typeof useOperationalWords>["columns"]): Column<PublishedEvent>[] {
  return [
    {
      id: "what",
      header: columns.what,
      width: "minmax(160px, 2fr)",
      phone: "lead",
      cell: (row) => <StatusBadge kind="operational" value={row.type} />,
    },
    { id: "subject", header: columns.subject, width: "minmax(160px, 3fr)", phone: "sub", cell: (row) => <SubjectCell data={row.data} /> },
    {
      id: "tenant",
      header: columns.tenant,
      width: "minmax(80px, 1fr)",
      phone: "subtrail",
      cell: (row) => <Text text={subjectOf(row.data).tenant} />,
    },
    { id: "node", header: columns.node, width: "minmax(72px, 1fr)", cell: (row) => <Text text={subjectOf(row.data).node} /> },
    { id: "at", header: columns.at, width: "96px", end: true, phone: "trail", cell: (row) => <Time at={row.created_at} inRow /> },
  ];
}

function Text({ text }: { text: string | null }) {
  return text === null ? <Absent /> : <Foreign text={text} />;
}

function SubjectCell({ data }: { data: unknown }) {
  const words = useOperationalWords();
  const { subscription, limit } = subjectOf(data);
  if (limit !== null) return words.limit(words.limits[limit] ?? limit);
  return subscription === null ? <Absent /> : <Url address={subscription.url} />;
}
