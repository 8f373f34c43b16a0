//! The events that the server itself publishes, the open one beside the list, and who is told of them.

import { Button, Group, Select } from "@mantine/core";
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
import { LiveSwitch } from "@/shared/LiveSwitch";
import { useWalkedRows } from "@/shared/rows";
import { STATUSES, statusLook } from "@/shared/status";
import { useFollow } from "@/shared/useFollow";
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
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const filter = { tenant, type };
  const [anchor, setAnchor] = useState(0);
  const list = (at: number) => keys.operationalEvents.list({ ...filter, anchor: at });
  const fetchPage = (cursor: string | null, signal?: AbortSignal) => fetchOperationalEvents(filter, cursor, signal);
  const source = useWalkedRows<PublishedEvent>({ queryKey: list(anchor), fetchPage });
  // A message does not say which tenant an operational event is about.
  const growing = tenant === null;
  useStream((message) => {
    if (!growing || message.kind !== "event" || message.tenant_id !== SYSTEM_TENANT) return;
    if (type === undefined || message.type === type) setFresh((before) => before + 1);
  });
  // The new first page is loaded before the list switches to it, so that rows never give way to a skeleton.
  const refresh = async () => {
    await queries.prefetchInfiniteQuery({
      queryKey: [...list(anchor + 1), "walk"],
      queryFn: ({ signal }) => fetchPage(null, signal),
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next,
    });
    setAnchor(anchor + 1);
    setFresh(0);
    void queries.invalidateQueries({ queryKey: dayCountQuery(type).queryKey });
  };
  const following = atTop && !paused && open === undefined;
  useFollow(following && fresh > 0, () => void refresh());
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  return (
    <ListScreen
      answer={source.total !== null && <Answer tenant={tenant} found={source.total} more={source.walk?.next !== null} />}
      filters={<TypeFilter />}
      filtersLabel={words.filters}
      action={
        <Group gap="sm">
          {growing && source.total !== 0 && <LiveSwitch paused={paused} onPause={setPaused} />}
          {(source.total !== 0 || type !== undefined || tenant !== null) && <Subscribe />}
        </Group>
      }
      panel={open === undefined ? null : <OperationalEventPanel key={open} id={open} onClose={close} />}
    >
      <OperationalEventTable
        source={source}
        filtered={type !== undefined || tenant !== null}
        fresh={following ? 0 : fresh}
        onRefresh={() => void refresh()}
        onTop={setAtTop}
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
  const icon = <IconBell size={32} stroke={1.5} />;
  // The answer above says already that nobody subscribes.
  if (receivers.data?.length === 0) return <EmptyState icon={icon} text={words.nobody.text} action={<Subscribe />} />;
  return <EmptyState icon={icon} title={words.empty.title} text={words.empty.text} action={<Subscribe />} />;
}
