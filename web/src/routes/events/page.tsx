//! The list of events, and the open one beside it.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useEventWords } from "@/actions/eventWords";
import { keys } from "@/api/keys";
import { keyOf } from "@/api/scope";
import { useStream } from "@/api/stream/context";
import type { PublishedEvent } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { serverNow } from "@/shared/clock";
import { ListScreen } from "@/shared/ListScreen";
import { LiveSwitch } from "@/shared/LiveSwitch";
import { useWalkedRows } from "@/shared/rows";
import { useFollow } from "@/shared/useFollow";
import { Answer } from "./answer";
import { EventPanel } from "./detail";
import { filterOf, toQuery } from "./filter";
import { Filters } from "./filters";
import { fetchById, fetchEvents, PAGE } from "./queries";
import { isOwnId } from "./recipients";
import { eventsRoute } from "./route";
import { EventTable } from "./table";

export function EventsPage() {
  const scope = useScope();
  return <Events key={keyOf(scope)} />;
}

function Events() {
  const events = useEventWords();
  const scope = useScope();
  const search = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const queries = useQueryClient();
  const [anchor, setAnchor] = useState(() => Math.round(serverNow()));
  const [fresh, setFresh] = useState(0);
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const filter = filterOf(search);
  const { id } = filter;
  const query = toQuery(filter, anchor);
  // The server refuses a publisher's own id over all tenants, since several may have it.
  const searchable = id === undefined || scope.tenant !== null || !isOwnId(id);
  const list = (at: number) => keys.events.list(scope, { ...filter, anchor: at });
  const fetchPage = (cursor: string | null, signal?: AbortSignal, now = anchor) =>
    id === undefined
      ? fetchEvents(scope, toQuery(filter, now), { limit: PAGE, cursor: cursor ?? undefined }, signal)
      : fetchById(scope, id, signal);
  const source = useWalkedRows<PublishedEvent>({ queryKey: list(anchor), fetchPage, enabled: searchable });

  const growing = filter.before === undefined && filter.order !== "oldest" && id === undefined;
  useStream((message) => {
    if (!growing) return;
    if (message.kind === "skipped") setFresh((before) => before + message.events);
    if (message.kind !== "event" || (scope.tenant !== null && message.tenant_id !== scope.tenant)) return;
    if (filter.type === undefined || message.type === filter.type) setFresh((before) => before + 1);
  });

  // The new first page is loaded before the list switches to it, so that rows never give way to a skeleton.
  const refresh = async () => {
    const next = Math.round(serverNow());
    await queries.prefetchInfiniteQuery({
      queryKey: [...list(next), "walk"],
      queryFn: ({ signal }) => fetchPage(null, signal, next),
      initialPageParam: null as string | null,
      getNextPageParam: (page) => page.next,
    });
    setAnchor(next);
    setFresh(0);
  };
  const following = atTop && !paused && search.open === undefined;
  useFollow(following && fresh > 0, () => void refresh());
  const close = () =>
    void navigate({ search: (before) => ({ ...before, open: undefined, of: undefined, view: undefined }) });

  return (
    <ListScreen
      answer={<Answer scope={scope} filter={filter} query={query} anchor={anchor} found={source.total} />}
      filters={<Filters scope={scope} />}
      filtersLabel={events.filters.label}
      sheet
      action={growing && <LiveSwitch paused={paused} onPause={setPaused} />}
      panel={search.open === undefined ? null : <EventPanel key={search.open} id={search.open} onClose={close} />}
    >
      <EventTable
        allTenants={scope.tenant === null}
        source={searchable ? source : { ...source, total: 0 }}
        searchable={searchable}
        fresh={following ? 0 : fresh}
        onRefresh={() => void refresh()}
        onTop={setAtTop}
      />
    </ListScreen>
  );
}
