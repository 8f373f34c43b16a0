//! The rows of the list.

import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import type { Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import type { Messages } from "@/messages/en";
import { useMay } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { FreshRows } from "@/shared/FreshRows";
import { useFormat, type Format } from "@/shared/format";
import { NothingMatches, SearchOn } from "@/shared/ListParts";
import { ReceiverOf } from "@/shared/ReceiverOf";
import { Absent, Duration, Time } from "@/shared/Time";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { useRoom } from "@/shared/useRoom";
import type { RowSelection } from "@/shared/useSelection";
import { isFiltered, NO_FILTER, type DeliveryFilter } from "./filter";
import { anyDeliveryQuery, type Row } from "./queries";
import classes from "./page.module.css";
import { deliveriesRoute } from "./route";
import { RowStatus } from "./status";
import type { DeliveryRows } from "./useDeliveryRows";

interface Props {
  scope: Scope;
  filter: DeliveryFilter;
  rows: DeliveryRows;
  selection: RowSelection<Row>;
  following: boolean;
  onTop: (atTop: boolean) => void;
}

export function DeliveryTable({ scope, filter, rows, selection, following, onTop }: Props) {
  const { deliveries } = useMessages();
  const { open } = deliveriesRoute.useSearch();
  const mayRetry = useMay("deliveries:retry");
  const columns = useColumns(scope, open !== undefined);
  return (
    <FreshRows count={following ? 0 : rows.waiting} onShow={rows.refresh}>
      <VirtualTable
        label={deliveries.list}
        columns={columns}
        source={rows.source}
        rowKey={idOf}
        rowLink={rowLink}
        openKey={open}
        selection={mayRetry ? selection : undefined}
        empty={<Nothing scope={scope} filtered={isFiltered(filter)} />}
        footer={rows.source.walk && <SearchOn walk={rows.source.walk} />}
        onTop={onTop}
      />
    </FreshRows>
  );
}

export const idOf = ({ id }: Row) => id;

function rowLink(row: Row, children: ReactNode) {
  return (
    <Link
      from={deliveriesRoute.fullPath}
      search={(before) => ({ ...before, open: row.id, of: row.tenant_id, attempt: undefined })}
      preload={false}
      resetScroll={false}
    >
      {children}
    </Link>
  );
}

function useColumns(scope: Scope, panel: boolean): Column<Row>[] {
  const { deliveries } = useMessages();
  const format = useFormat();
  const room = useRoom(panel);
  const phone = useMediaQuery("(max-width: 699px)", undefined, { getInitialValueInEffect: false });
  return useMemo(() => columnsOf({ words: deliveries.columns, format, scope, room, phone }), [deliveries, format, scope, room, phone]);
}

interface Shown {
  words: Messages["deliveries"]["columns"];
  format: Format;
  scope: Scope;
  room: boolean;
  phone: boolean;
}

function columnsOf({ words, format, scope, room, phone }: Shown): Column<Row>[] {
  const tenant: Column<Row> = {
    id: "tenant",
    header: words.tenant,
    width: "minmax(56px, 1fr)",
    cell: (row) => <Foreign text={row.tenant_id ?? ""} />,
  };
  const duration: Column<Row> = { id: "duration", header: words.duration, width: "64px", end: true, cell: (row) => <Duration ms={row.duration_ms} /> };
  const attempts: Column<Row> = { id: "attempts", header: words.attempts, width: "60px", end: true, cell: (row) => format.number(row.attempt_number) };
  return [
    {
      id: "status",
      header: words.status,
      width: "minmax(128px, 172px)",
      phone: "lead",
      cell: (row) => <RowStatus row={row} />,
    },
    {
      id: "type",
      header: words.type,
      width: "minmax(96px, 2fr)",
      phone: "sub",
      cell: (row) => (phone ? <TypeAndReceiver scope={scope} row={row} /> : <Foreign text={row.event_type} />),
    },
    ...(scope.tenant === null ? [tenant] : []),
    {
      id: "receiver",
      header: words.receiver,
      width: "minmax(120px, 3fr)",
      cell: (row) => <ReceiverOf scope={scope} id={row.subscription_id} tenant={row.tenant_id} />,
    },
    {
      id: "code",
      header: words.code,
      width: "48px",
      end: true,
      phone: "subtrail",
      cell: (row) => row.response_code ?? <Absent />,
    },
    ...(room ? [duration, attempts] : []),
    {
      id: "created",
      header: words.created,
      width: "88px",
      end: true,
      phone: "trail",
      cell: (row) => <Time at={row.created_at} inRow />,
    },
  ];
}

/** A phone has no column for the receiver. */
function TypeAndReceiver({ scope, row }: { scope: Scope; row: Row }) {
  return (
    <span className={classes.both}>
      <Foreign text={row.event_type} />
      <span aria-hidden="true">→</span>
      <ReceiverOf scope={scope} id={row.subscription_id} tenant={row.tenant_id} />
    </span>
  );
}

function Nothing({ scope, filtered }: { scope: Scope; filtered: boolean }) {
  const { deliveries } = useMessages();
  const mayWrite = useMay("subscriptions:write");
  const any = useQuery(anyDeliveryQuery(scope, !filtered));
  if (filtered) {
    return (
      <NothingMatches
        link={(props) => <Link from={deliveriesRoute.fullPath} search={(before) => ({ ...before, ...NO_FILTER })} {...props} />}
      />
    );
  }
  // The answer above has said that there are none.
  const icon = <IconSend size={32} stroke={1.5} />;
  if (any.data === undefined) return <EmptyState icon={icon} />;
  if (any.data) {
    const older = (
      <Button
        variant="default"
        renderRoot={(props) => <Link from={deliveriesRoute.fullPath} search={(before) => ({ ...before, since: "all" })} {...props} />}
      >
        {deliveries.empty.older}
      </Button>
    );
    return <EmptyState icon={icon} text={deliveries.empty.none} action={older} />;
  }
  const add = <Button renderRoot={(props) => <Link to="/subscriptions/new" {...props} />}>{deliveries.empty.action}</Button>;
  return <EmptyState icon={icon} text={deliveries.empty.text} action={mayWrite && add} />;
}
