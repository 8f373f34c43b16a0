//! The rows of the list. The use of limits is asked for the rows in sight.

import { Skeleton } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { Tenant } from "@/api/types";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { NothingMatches, SearchOn } from "@/shared/ListParts";
import type { RowSource } from "@/shared/rows";
import { Absent, Time } from "@/shared/Time";
import { useRoom } from "@/shared/useRoom";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { dayOf, dayQuery, limitsQuery } from "./queries";
import { tenantsRoute } from "./route";
import { useTenantWords } from "./words";

interface Props {
  source: RowSource<Tenant>;
  filtered: boolean;
  add: ReactNode;
}

export function TenantTable({ source, filtered, add }: Props) {
  const words = useTenantWords();
  const { open } = tenantsRoute.useSearch();
  return (
    <VirtualTable
      label={words.list}
      columns={useColumns(open !== undefined)}
      source={source}
      rowKey={({ id }) => id}
      rowLink={rowLink}
      openKey={open}
      empty={
        filtered ? (
          <NothingMatches link={(props) => <Link from={tenantsRoute.fullPath} search={(before) => ({ ...before, text: undefined })} {...props} />} />
        ) : (
          <EmptyState icon={<IconUsers size={32} stroke={1.5} />} title={words.empty.title} text={words.empty.text} action={add} />
        )
      }
      footer={filtered && source.walk?.next && <SearchOn walk={source.walk} />}
    />
  );
}

function rowLink({ id }: Tenant, children: ReactNode) {
  return (
    <Link from={tenantsRoute.fullPath} search={(before) => ({ ...before, open: id })} preload={false} resetScroll={false}>
      {children}
    </Link>
  );
}

function useColumns(panel: boolean): Column<Tenant>[] {
  const room = useRoom(panel);
  const words = useTenantWords();
  return useMemo(() => columnsOf(words, room), [words, room]);
}

function columnsOf({ columns, unnamed }: ReturnType<typeof useTenantWords>, room: boolean): Column<Tenant>[] {
  const rate: Column<Tenant> = {
    id: "rate",
    header: columns.rate,
    width: "minmax(96px, 132px)",
    end: true,
    cell: (row) => <Rate id={row.id} />,
  };
  return [
    {
      id: "name",
      header: columns.name,
      width: "minmax(140px, 3fr)",
      phone: "lead",
      cell: (row) => (row.name ? <Foreign text={row.name} /> : <span style={{ color: "var(--pr-muted)" }}>{unnamed}</span>),
    },
    { id: "id", header: columns.id, width: "minmax(96px, 2fr)", phone: "sub", cell: (row) => <Id value={row.id} whole copy={false} /> },
    { id: "subscriptions", header: columns.subscriptions, width: "100px", end: true, cell: (row) => <Used id={row.id} what="subscriptions" /> },
    { id: "keys", header: columns.keys, width: "72px", end: true, cell: (row) => <Used id={row.id} what="keys" /> },
    ...(room ? [rate] : []),
    { id: "day", header: columns.day, width: "108px", end: true, phone: "subtrail", cell: (row) => <DayCount id={row.id} /> },
    { id: "created", header: columns.created, width: "96px", end: true, phone: "trail", cell: (row) => <Time at={row.created_at} inRow /> },
  ];
}

/** The limit is named where it matters: one that the tenant may reach. */
const LARGE = 10_000;

function Used({ id, what }: { id: string; what: "subscriptions" | "keys" }) {
  const { of } = useTenantWords();
  const format = useFormat();
  const limits = useQuery(limitsQuery(id));
  if (limits.data === undefined) return <Waiting failed={limits.error !== null} />;
  const { used, limit } = limits.data[what];
  if (limit === null || limit === undefined || limit >= LARGE) return format.number(used);
  return <span style={{ color: used >= limit ? "var(--pr-warn)" : undefined }}>{of(format.number(used), format.number(limit))}</span>;
}

function Rate({ id }: { id: string }) {
  const words = useTenantWords();
  const format = useFormat();
  const limits = useQuery(limitsQuery(id));
  if (limits.data === undefined) return <Waiting failed={limits.error !== null} />;
  const { publish } = limits.data;
  return publish ? words.perPeriod(format.compact(publish.limit), words.periods[publish.period] ?? publish.period) : <Absent />;
}

function Waiting({ failed }: { failed: boolean }) {
  return failed ? <Absent /> : <Skeleton height={10} width="50%" radius="sm" ml="auto" />;
}

function DayCount({ id }: { id: string }) {
  const format = useFormat();
  const stats = useQuery(dayQuery);
  if (stats.data === undefined) return null;
  const day = dayOf(stats.data, id);
  return day === null ? <Absent /> : format.number(day.created);
}
