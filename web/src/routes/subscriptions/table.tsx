//! The rows of the list: URL, state, what it receives, and how the last day went.

import { Button } from "@mantine/core";
import { IconWebhook } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState, type ReactNode } from "react";
import { ActionMenu } from "@/actions/ActionMenu";
import { useSubscriptionActions, type Change } from "@/actions/subscription";
import { narrow, type Scope } from "@/api/scope";
import { useMessages } from "@/messages/context";
import type { Messages } from "@/messages/en";
import { useMay } from "@/session/context";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { useFormat, type Format } from "@/shared/format";
import { NothingMatches, SearchOn } from "@/shared/ListParts";
import type { RowSource } from "@/shared/rows";
import { Sparkline } from "@/shared/Sparkline";
import { Receiver } from "@/shared/Receiver";
import { StatusBadge } from "@/shared/StatusBadge";
import { subscriptionState } from "@/shared/status";
import { Absent, Time } from "@/shared/Time";
import { useRoom } from "@/shared/useRoom";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { ChangeDialog } from "./changeDialog";
import classes from "./page.module.css";
import { statsQuery, type Row } from "./queries";
import { subscriptionsRoute } from "./route";
import { TestDialog } from "./testDialog";

interface Props {
  scope: Scope;
  filtered: boolean;
  source: RowSource<Row>;
}

type Asked = { row: Row; change: Change | "test" } | null;

export function SubscriptionTable({ scope, filtered, source }: Props) {
  const { subscriptions } = useMessages();
  const [asked, setAsked] = useState<Asked>(null);
  const columns = useColumns(scope, setAsked);
  const owner = narrow(scope, asked?.row.tenant_id);
  const close = () => setAsked(null);
  return (
    <>
      <VirtualTable
        label={subscriptions.list}
        columns={columns}
        source={source}
        rowKey={(row) => row.id}
        rowLink={rowLink}
        empty={<Nothing filtered={filtered} />}
        footer={source.walk?.next && <SearchOn walk={source.walk} />}
      />
      {asked?.change === "test" && <TestDialog scope={owner} subscription={asked.row} onClose={close} />}
      {asked !== null && asked.change !== "test" && (
        <ChangeDialog scope={owner} subscription={asked.row} change={asked.change} onClose={close} />
      )}
    </>
  );
}

function rowLink(row: Row, children: ReactNode) {
  return (
    <Link to="/subscriptions/$id" params={{ id: row.id }} search={{ of: row.tenant_id }} preload={false}>
      {children}
    </Link>
  );
}

function useColumns(scope: Scope, onAsk: (asked: Asked) => void): Column<Row>[] {
  const { subscriptions } = useMessages();
  const format = useFormat();
  const room = useRoom(false);
  return useMemo(() => columnsOf(subscriptions.columns, format, scope, room, onAsk), [subscriptions, format, scope, room, onAsk]);
}

type Words = Messages["subscriptions"]["columns"];

function columnsOf(words: Words, format: Format, scope: Scope, room: boolean, onAsk: (asked: Asked) => void): Column<Row>[] {
  const tenant: Column<Row> = {
    id: "tenant",
    header: words.tenant,
    width: "minmax(72px, 1fr)",
    cell: (row) => <Foreign text={row.tenant_id ?? ""} />,
  };
  const trend: Column<Row> = { id: "trend", header: words.trend, width: "100px", cell: (row) => <Trend scope={narrow(scope, row.tenant_id)} id={row.id} /> };
  return [
    {
      id: "url",
      header: words.url,
      width: "minmax(160px, 4fr)",
      phone: "lead",
      cell: (row) => <Receiver url={row.url} description={row.description} />,
    },
    ...(scope.tenant === null ? [tenant] : []),
    {
      id: "status",
      header: words.status,
      width: "minmax(112px, 160px)",
      phone: "sub",
      cell: (row) => <StatusBadge kind="subscription" value={subscriptionState(row)} />,
    },
    { id: "events", header: words.events, width: "minmax(96px, 2fr)", cell: (row) => <Types patterns={row.events} /> },
    {
      id: "rate",
      header: words.rate,
      width: "72px",
      end: true,
      phone: "trail",
      cell: (row) =>
        row.success_count + row.failure_count === 0 ? <Absent /> : format.percent(row.success_rate),
    },
    ...(room ? [trend] : []),
    {
      id: "last",
      header: words.last,
      width: "96px",
      end: true,
      phone: "subtrail",
      cell: (row) => (row.last_triggered_at ? <Time at={row.last_triggered_at} inRow /> : <Absent />),
    },
    { id: "menu", header: "", width: "32px", cell: (row) => <RowMenu row={row} onAsk={(change) => onAsk({ row, change })} /> },
  ];
}

export function Types({ patterns }: { patterns: string[] }) {
  const { subscriptions } = useMessages();
  const first = patterns[0] ?? "";
  if (patterns.includes("*")) return subscriptions.allTypes;
  return <Foreign text={subscriptions.types(patterns.length, first)} />;
}

/** Asked for the rows in sight only. */
function Trend({ scope, id }: { scope: Scope; id: string }) {
  const { subscriptions } = useMessages();
  const format = useFormat();
  const stats = useQuery(statsQuery(scope, id, 1));
  if (stats.data === undefined) return null;
  const { total, series } = stats.data;
  if (total.attempts === 0) return <Absent />;
  return (
    <Sparkline
      values={(series ?? []).map(({ attempts }) => attempts)}
      tone={total.failed_attempts * 2 > total.attempts ? "bad" : "accent"}
      label={subscriptions.trend(format.number(total.attempts), format.number(total.failed_attempts))}
    />
  );
}

function RowMenu({ row, onAsk }: { row: Row; onAsk: (change: Change | "test") => void }) {
  const { subscriptions } = useMessages();
  const navigate = useNavigate({ from: subscriptionsRoute.fullPath });
  const actions = useSubscriptionActions(row, {
    test: () => onAsk("test"),
    change: onAsk,
    deliveries: () =>
      void navigate({
        to: "/deliveries",
        search: (before) => ({ tenant: row.tenant_id ?? before.tenant, subscription: row.id }),
      }),
    edit: () => void navigate({ to: "/subscriptions/$id/edit", params: { id: row.id }, search: { of: row.tenant_id } }),
  });
  return (
    <span className={classes.rowMenu}>
      <ActionMenu actions={actions} label={subscriptions.actions.label} />
    </span>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { subscriptions } = useMessages();
  const mayWrite = useMay("subscriptions:write");
  if (filtered) {
    return <NothingMatches link={(props) => <Link from={subscriptionsRoute.fullPath} search={({ tenant }) => ({ tenant })} {...props} />} />;
  }
  return (
    <EmptyState
      icon={<IconWebhook size={32} stroke={1.5} />}
      text={subscriptions.empty.text}
      action={
        mayWrite && <Button renderRoot={(props) => <Link to="/subscriptions/new" {...props} />}>{subscriptions.add}</Button>
      }
    />
  );
}
