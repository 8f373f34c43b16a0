//! The portal links, of one tenant or of all, and the open one beside the list.

import { Button, Select } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useScreenActions } from "@/actions/registry";
import { keys } from "@/api/keys";
import type { PortalLink } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { ListScreen } from "@/shared/ListScreen";
import { useWalkedRows, type RowSource } from "@/shared/rows";
import { statusLook } from "@/shared/status";
import { LinkPanel } from "./detail";
import { NewLink } from "./form";
import { fetchLinks } from "./queries";
import { portalLinksRoute, STATES } from "./route";
import { LinkTable } from "./table";
import { useLinkWords } from "./words";

export function PortalLinksPage() {
  const words = useLinkWords();
  const { tenant } = useScope();
  const { state, open, new: adding } = portalLinksRoute.useSearch();
  const navigate = useNavigate({ from: portalLinksRoute.fullPath });
  const filter = { tenant, state };
  const source = useWalkedRows<PortalLink>({
    queryKey: keys.portalLinks.list(filter),
    fetchPage: (cursor, signal) => fetchLinks(filter, cursor, signal),
  });
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  const show = (shown: boolean) => void navigate({ search: (before) => ({ ...before, new: shown ? true : undefined }), replace: !shown });
  useScreenActions([{ id: "link-new", label: words.add, icon: IconPlus, run: () => show(true) }]);
  const button = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => show(true)}>
      {words.add}
    </Button>
  );
  return (
    <>
      <ListScreen
        answer={source.total !== null && <Answer source={source} filtered={state !== undefined} />}
        filters={<StateFilter />}
        filtersLabel={words.filters}
        action={(source.total !== 0 || state !== undefined) && button}
        panel={open === undefined ? null : <LinkPanel key={open} id={open} onClose={close} />}
      >
        <LinkTable source={source} allTenants={tenant === null} filtered={state !== undefined} add={button} />
      </ListScreen>
      {adding && <NewLink tenant={tenant} onClose={() => show(false)} />}
    </>
  );
}

function Answer({ source, filtered }: { source: RowSource<PortalLink>; filtered: boolean }) {
  const { answer } = useLinkWords();
  const format = useFormat();
  const more = source.walk?.next ? "+" : "";
  const rows = source.loaded();
  if (filtered) return answer.found(format.number(rows.length) + more, rows.length === 1 && more === "");
  if (rows.length === 0) return answer.none;
  const active = rows.filter(({ state }) => state === "active").length;
  return active === 0 && more === "" ? answer.noneActive : answer.active(format.number(active) + more, active === 1 && more === "");
}

function StateFilter() {
  const words = useLinkWords();
  const { status } = useMessages();
  const { state } = portalLinksRoute.useSearch();
  const navigate = useNavigate({ from: portalLinksRoute.fullPath });
  return (
    <Select
      w={160}
      aria-label={words.columns.state}
      placeholder={words.anyState}
      clearable
      data={STATES.map((value) => ({ value, label: statusLook("link", value).word(status) }))}
      value={state ?? null}
      onChange={(value) =>
        void navigate({ search: (before) => ({ ...before, state: STATES.find((known) => known === value) }), replace: true })
      }
    />
  );
}
