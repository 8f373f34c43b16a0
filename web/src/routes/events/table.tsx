//! The rows of the list.

import { Button } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import { useEventWords } from "@/actions/eventWords";
import type { PublishedEvent } from "@/api/types";
import { useMessages } from "@/messages/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { FreshRows } from "@/shared/FreshRows";
import { useFormat, type Format } from "@/shared/format";
import { Id } from "@/shared/Id";
import { SearchOn } from "@/shared/ListParts";
import type { RowSource } from "@/shared/rows";
import { Absent, Time } from "@/shared/Time";
import { NoMatch, VirtualTable, type Column } from "@/shared/VirtualTable";
import { filterOf, isFiltered, NO_FILTER } from "./filter";
import classes from "./page.module.css";
import { outcomeOf } from "./recipients";
import { eventsRoute } from "./route";

interface Props {
  allTenants: boolean;
  source: RowSource<PublishedEvent>;
  /** False when the id can only be looked up within a tenant. */
  searchable: boolean;
  /** Events that arrived since the list was read. */
  fresh: number;
  onRefresh: () => void;
  onTop: (atTop: boolean) => void;
}

export function EventTable({ allTenants, source, searchable, fresh, onRefresh, onTop }: Props) {
  const events = useEventWords();
  const { shared } = useMessages();
  const search = eventsRoute.useSearch();
  const { open, of } = search;
  const columns = useColumns(allTenants);
  const filtered = isFiltered(filterOf(search));
  return (
    <FreshRows count={fresh} onShow={onRefresh}>
      <VirtualTable
        label={events.list}
        columns={columns}
        source={source}
        rowKey={({ id, tenant_id }) => `${tenant_id} ${id}`}
        rowLink={rowLink}
        openKey={open === undefined ? undefined : openKey(source, open, of)}
        empty={
          searchable ? (
            filtered ? <NoMatch onClear={<Clear />} /> : <Empty />
          ) : (
            <EmptyState title={shared.table.noMatch} text={events.ownIdNeedsTenant} action={<Clear />} />
          )
        }
        footer={source.walk && <SearchOn walk={source.walk} />}
        onTop={onTop}
      />
    </FreshRows>
  );
}

function rowLink(row: PublishedEvent, children: ReactNode) {
  return (
    <Link
      from={eventsRoute.fullPath}
      search={(before) => ({ ...before, open: row.id, of: row.tenant_id })}
      preload={false}
      resetScroll={false}
    >
      {children}
    </Link>
  );
}

function openKey(source: RowSource<PublishedEvent>, open: string, of: string | undefined): string | undefined {
  const row = source.loaded().find(({ id, tenant_id }) => id === open && (of === undefined || tenant_id === of));
  return row && `${row.tenant_id} ${row.id}`;
}

function Clear() {
  const { shared } = useMessages();
  return (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link
          from={eventsRoute.fullPath}
          search={(before) => ({ ...before, ...NO_FILTER })}
          {...props}
        />
      )}
    >
      {shared.table.clear}
    </Button>
  );
}

function Empty() {
  const events = useEventWords();
  return <EmptyState icon={<IconBolt size={32} stroke={1.5} />} text={events.empty.text} />;
}

function useColumns(allTenants: boolean): Column<PublishedEvent>[] {
  const events = useEventWords();
  const format = useFormat();
  return useMemo(() => columnsOf(events, format, allTenants), [events, format, allTenants]);
}

function columnsOf(events: ReturnType<typeof useEventWords>, format: Format, allTenants: boolean): Column<PublishedEvent>[] {
  const words = events.columns;
  const tenant: Column<PublishedEvent> = {
    id: "tenant",
    header: words.tenant,
    width: "minmax(80px, 1fr)",
    cell: (row) => <Foreign text={row.tenant_id} />,
  };
  return [
    {
      id: "type",
      header: words.type,
      width: "minmax(140px, 2fr)",
      phone: "lead",
      cell: (row) => <Foreign text={row.type} />,
    },
    { id: "id", header: words.id, width: "minmax(168px, 1fr)", phone: "sub", cell: (row) => <Id value={row.id} copy={false} /> },
    ...(allTenants ? [tenant] : []),
    {
      id: "deliveries",
      header: words.deliveries,
      width: "80px",
      end: true,
      phone: "subtrail",
      cell: (row) => {
        const { delivered, failed } = outcomeOf(row.deliveries);
        if (row.delivery_count === 0) return <Absent />;
        // A row has the first 20 deliveries only.
        if (row.delivery_count > row.deliveries.length) return format.number(row.delivery_count);
        return (
          <span data-tone={failed > 0 ? "bad" : undefined} className={classes.delivered}>
            {events.deliveredOf(format.number(delivered), format.number(row.delivery_count))}
          </span>
        );
      },
    },
    {
      id: "created",
      header: words.created,
      width: "96px",
      end: true,
      phone: "trail",
      cell: (row) => <Time at={row.created_at} inRow />,
    },
  ];
}
