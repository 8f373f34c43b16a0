//! The rows of the list.

import { IconLink } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { PortalLink } from "@/api/types";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { NothingMatches, SearchOn } from "@/shared/ListParts";
import type { RowSource } from "@/shared/rows";
import { StatusBadge } from "@/shared/StatusBadge";
import { Time } from "@/shared/Time";
import { useRoom } from "@/shared/useRoom";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { CAPABILITIES } from "./values";
import { portalLinksRoute } from "./route";
import { useLinkWords } from "./words";

interface Props {
  source: RowSource<PortalLink>;
  allTenants: boolean;
  filtered: boolean;
  add: ReactNode;
}

export function LinkTable({ source, allTenants, filtered, add }: Props) {
  const words = useLinkWords();
  const { open } = portalLinksRoute.useSearch();
  return (
    <VirtualTable
      label={words.list}
      columns={useColumns(allTenants, open !== undefined)}
      source={source}
      rowKey={({ id }) => id}
      rowLink={rowLink}
      openKey={open}
      empty={
        filtered ? (
          <NothingMatches link={(props) => <Link from={portalLinksRoute.fullPath} search={(before) => ({ ...before, state: undefined })} {...props} />} />
        ) : (
          <EmptyState icon={<IconLink size={32} stroke={1.5} />} text={words.empty.text} action={add} />
        )
      }
      footer={filtered && source.walk?.next && <SearchOn walk={source.walk} />}
    />
  );
}

function rowLink({ id }: PortalLink, children: ReactNode) {
  return (
    <Link from={portalLinksRoute.fullPath} search={(before) => ({ ...before, open: id })} preload={false} resetScroll={false}>
      {children}
    </Link>
  );
}

function useColumns(allTenants: boolean, panel: boolean): Column<PortalLink>[] {
  const room = useRoom(panel);
  const words = useLinkWords();
  return useMemo(() => columnsOf(words, allTenants, room), [words, allTenants, room]);
}

type Words = ReturnType<typeof useLinkWords>;

function columnsOf(words: Words, allTenants: boolean, room: boolean): Column<PortalLink>[] {
  const { columns } = words;
  // The first column carries the row's link.
  const first: Column<PortalLink> = allTenants
    ? { id: "tenant", header: columns.tenant, width: "minmax(100px, 2fr)", phone: "lead", cell: (row) => <Foreign text={row.tenant_id} /> }
    : { id: "id", header: words.detail.id, width: "minmax(132px, 2fr)", phone: "lead", cell: (row) => <Id value={row.id} copy={false} /> };
  const created: Column<PortalLink> = {
    id: "created",
    header: columns.created,
    width: "96px",
    end: true,
    cell: (row) => <Time at={row.created_at} inRow />,
  };
  return [
    first,
    { id: "state", header: columns.state, width: "104px", phone: "trail", cell: (row) => <StatusBadge kind="link" value={row.state} /> },
    { id: "mode", header: columns.mode, width: "88px", cell: (row) => words.modes[row.mode] ?? row.mode },
    { id: "may", header: columns.may, width: "minmax(120px, 3fr)", phone: "sub", cell: (row) => mayText(row, words) },
    ...(room ? [created] : []),
    { id: "expires", header: columns.expires, width: "112px", end: true, phone: "subtrail", cell: (row) => <Time at={row.revoked_at ?? row.expires_at} inRow /> },
    {
      id: "used",
      header: columns.used,
      width: "96px",
      end: true,
      cell: (row) => (row.last_used_at ? <Time at={row.last_used_at} inRow /> : <span style={{ color: "var(--pr-muted)" }}>{words.never}</span>),
    },
  ];
}

function mayText({ mode, capabilities }: PortalLink, words: Words): string {
  const first = capabilities[0];
  if (mode === "view" || first === undefined) return words.readOnly;
  if (capabilities.length >= CAPABILITIES.length) return words.all;
  return words.some(capabilities.length, words.capabilities[first] ?? first);
}
