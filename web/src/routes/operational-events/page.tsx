//! The events that the server itself publishes, the open one beside the list, and who is told of them.

import { Button, Select } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { keys } from "@/api/keys";
import { useStream } from "@/api/stream/context";
import type { PublishedEvent } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { EmptyState } from "@/shared/EmptyState";
import { useFormat } from "@/shared/format";
import { ListScreen } from "@/shared/ListScreen";
import { useWalkedRows } from "@/shared/rows";
import { STATUSES, statusLook } from "@/shared/status";
import { OperationalEventPanel } from "./detail";
import { dayCountQuery, fetchOperationalEvents, receiversQuery, SYSTEM_TENANT } from "./queries";
import { operationalEventsRoute } from "./route";
import { OperationalEventTable } from "./table";
import { useOperationalWords } from "./words";

export function OperationalEventsPage() {
  const words = useOperationalWords();
  const { tenant } = useScope();
  const { type, open } = operationalEventsRoute.useSearch();
  const navigate = useNavigate({ from: operationalEventsRoute.fullPath });
  const queries = useQueryClient();
  const [fresh, setFresh] = useState(0);
  const filter = { tenant, type };
  const source = useWalkedRows<PublishedEvent>({
    queryKey: keys.operationalEvents.list(filter),
    fetchPage: (cursor, signal) => fetchOperationalEvents(filter, cursor, signal),
  });
  useStream((message) => {
    // The message does not say which tenant an operational event is about.
    if (message.kind !== "event" || message.tenant_id !== SYSTEM_TENANT || tenant !== null) return;
    if (type === undefined || message.type === type) setFresh((before) => before + 1);
  });
  const refresh = () => {
    setFresh(0);
    void queries.resetQueries({ queryKey: keys.operationalEvents.list(filter) });
  };
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  return (
    <ListScreen
      answer={source.total !== null && <Answer tenant={tenant} found={source.total} more={source.walk?.next !== null} />}
      filters={<TypeFilter />}
      filtersLabel={words.filters}
      action={(source.total !== 0 || type !== undefined || tenant !== null) && <Subscribe />}
      panel={open === undefined ? null : <OperationalEventPanel key={open} id={open} onClose={close} />}
    >
      <OperationalEventTable
        source={source}
        filtered={type !== undefined || tenant !== null}
        fresh={fresh}
        onRefresh={refresh}
        empty={<Nothing />}
      />
    </ListScreen>
  );
}

function Subscribe() {
  const { subscribe } = useOperationalWords();
  return (
    <Button renderRoot={(props) => <Link to="/subscriptions/new" search={{ tenant: SYSTEM_TENANT }} {...props} />}>{subscribe}</Button>
  );
}

function Answer({ tenant, found, more }: { tenant: string | null; found: number; more: boolean }): ReactNode {
  const { answer } = useOperationalWords();
  const { type } = operationalEventsRoute.useSearch();
  const format = useFormat();
  const day = useQuery(dayCountQuery(type));
  const receivers = useQuery(receiversQuery);
  if (receivers.data?.length === 0 && found === 0) return answer.nobody;
  const count = day.data?.count ?? 0;
  const text =
    tenant !== null
      ? found === 0 && !more ? answer.noneFound : answer.found(format.number(found) + (more ? "+" : ""), found === 1 && !more)
      : count === 0
        ? answer.none
        : answer.day(format.number(count) + (day.data?.capped ? "+" : ""), count === 1);
  return (
    <>
      {text}{" "}
      {receivers.data && receivers.data.length > 0 && (
        <small>
          <Link to="/subscriptions" search={{ tenant: SYSTEM_TENANT }}>
            {answer.receivers(receivers.data.length)}
          </Link>
        </small>
      )}
    </>
  );
}

function TypeFilter() {
  const words = useOperationalWords();
  const { status } = useMessages();
  const { type } = operationalEventsRoute.useSearch();
  const navigate = useNavigate({ from: operationalEventsRoute.fullPath });
  const known = Object.keys(STATUSES.operational);
  const data = [...known, ...(type !== undefined && !known.includes(type) ? [type] : [])];
  return (
    <Select
      w={240}
      aria-label={words.type}
      placeholder={words.anyType}
      clearable
      data={data.map((value) => ({ value, label: statusLook("operational", value).word(status) }))}
      value={type ?? null}
      onChange={(value) => void navigate({ search: (before) => ({ ...before, type: value ?? undefined }), replace: true })}
    />
  );
}

function Nothing() {
  const words = useOperationalWords();
  const receivers = useQuery(receiversQuery);
  const { title, text } = receivers.data?.length === 0 ? words.nobody : words.empty;
  return <EmptyState icon={<IconBell size={32} stroke={1.5} />} title={title} text={text} action={<Subscribe />} />;
}
