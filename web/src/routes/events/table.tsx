//! The rows of the list.

import { Button } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { PublishedEvent } from "@/api/types";
import { useMessages } from "@/messages/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import type { RowSource } from "@/shared/rows";
import { Time } from "@/shared/Time";
import { NoMatch, VirtualTable, type Column } from "@/shared/VirtualTable";
import classes from "./page.module.css";
import { eventsRoute } from "./route";

interface Props {
  allTenants: boolean;
  source: RowSource<PublishedEvent>;
  /** Events that arrived since the list was read. */
  fresh: number;
  onRefresh: () => void;
}

export function EventTable({ allTenants, source, fresh, onRefresh }: Props) {
  const { events, shared } = useMessages();
  const { open, type, since } = eventsRoute.useSearch();
  const columns = useColumns(allTenants);
  const filtered = type !== undefined || since !== undefined;
  return (
    <div className={classes.tableWrap}>
      {fresh > 0 && (
        <Button className={classes.fresh} size="compact-sm" onClick={onRefresh}>
          {shared.table.newRows(fresh)}
        </Button>
      )}
      <VirtualTable
        label={events.list}
        columns={columns}
        source={source}
        rowKey={({ id, tenant_id }) => `${tenant_id} ${id}`}
        rowLink={(row, children) => (
          <Link
            from={eventsRoute.fullPath}
            search={(before) => ({ ...before, open: row.id, of: row.tenant_id })}
            preload={false}
            resetScroll={false}
          >
            {children}
          </Link>
        )}
        openKey={source.loaded().filter(({ id }) => id === open).map(({ id, tenant_id }) => `${tenant_id} ${id}`)[0]}
        empty={filtered ? <NoMatch onClear={<Clear />} /> : <Empty />}
      />
    </div>
  );
}

function Clear() {
  const { shared } = useMessages();
  return (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link
          from={eventsRoute.fullPath}
          search={(before) => ({ ...before, type: undefined, since: undefined })}
          {...props}
        />
      )}
    >
      {shared.table.clear}
    </Button>
  );
}

function Empty() {
  const { events } = useMessages();
  return <EmptyState icon={<IconBolt size={32} stroke={1.5} />} title={events.empty.title} text={events.empty.text} />;
}

function useColumns(allTenants: boolean): Column<PublishedEvent>[] {
  const { events } = useMessages();
  const format = useFormat();
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
    { id: "id", header: words.id, width: "168px", phone: "sub", cell: (row) => <Id value={row.id} copy={false} /> },
    ...(allTenants ? [tenant] : []),
    {
      id: "deliveries",
      header: words.deliveries,
      width: "80px",
      end: true,
      phone: "subtrail",
      cell: (row) => format.number(row.delivery_count),
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
