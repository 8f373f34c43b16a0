//! The list of deliveries, and the open one beside it.

import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useScope } from "@/frame/useScope";
import { keyOf } from "@/api/scope";
import { useMessages } from "@/messages/context";
import { ListScreen } from "@/shared/ListScreen";
import { useSelection } from "@/shared/useSelection";
import { Answer } from "./answer";
import { DeliveryPanel } from "./detail";
import { filterOf } from "./filter";
import { Filters } from "./filters";
import { deliveriesRoute } from "./route";
import { DeliveryTable, idOf } from "./table";
import { Toolbar } from "./toolbar";
import { useDeliveryRows } from "./useDeliveryRows";

export function DeliveriesPage() {
  const scope = useScope();
  return <Deliveries key={keyOf(scope)} />;
}

function Deliveries() {
  const { deliveries } = useMessages();
  const scope = useScope();
  const search = deliveriesRoute.useSearch();
  const navigate = useNavigate({ from: deliveriesRoute.fullPath });
  const filter = useMemo(() => filterOf(search), [search]);
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const following = atTop && !paused && search.open === undefined;
  const rows = useDeliveryRows(scope, filter, following);
  const selection = useSelection(rows.source.loaded, idOf);
  const close = () =>
    void navigate({
      search: (before) => ({ ...before, open: undefined, of: undefined, view: undefined, attempt: undefined }),
    });

  return (
    <ListScreen
      answer={<Answer scope={scope} filter={filter} query={rows.query} anchor={rows.anchor} />}
      filters={<Filters />}
      filtersLabel={deliveries.filters.label}
      sheet
      action={
        <Toolbar
          scope={scope}
          filter={filter}
          query={rows.query}
          chosen={selection.rows}
          onClear={selection.clear}
          paused={paused}
          onPause={setPaused}
        />
      }
      panel={search.open === undefined ? null : <DeliveryPanel key={search.open} id={search.open} onClose={close} />}
    >
      <DeliveryTable scope={scope} filter={filter} rows={rows} selection={selection} following={following} onTop={setAtTop} />
    </ListScreen>
  );
}
