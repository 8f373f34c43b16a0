//! The keys of a tenant, the open one beside them, and the form of a new one.

import { Button } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import { useScreenActions } from "@/actions/registry";
import { keyOf, type Scope } from "@/api/scope";
import type { Key } from "@/api/types";
import { ChooseTenant } from "@/frame/ChooseTenant";
import { useScope } from "@/frame/useScope";
import { EmptyState } from "@/shared/EmptyState";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { ListScreen } from "@/shared/ListScreen";
import type { RowSource } from "@/shared/rows";
import { Time } from "@/shared/Time";
import { VirtualTable, type Column } from "@/shared/VirtualTable";
import { KeyPanel } from "./detail";
import { NewKey } from "./form";
import { limitsQuery, useKeys } from "./queries";
import { keysRoute } from "./route";
import { useKeyWords } from "./words";

export function KeysPage() {
  const words = useKeyWords();
  const scope = useScope();
  if (scope.tenant === null) {
    return <ChooseTenant icon={<IconKey size={32} stroke={1.5} />} title={words.chooseTenant} text={words.chooseTenantText} />;
  }
  return <Keys key={keyOf(scope)} scope={scope} />;
}

function Keys({ scope }: { scope: Scope }) {
  const words = useKeyWords();
  const { open, new: adding } = keysRoute.useSearch();
  const navigate = useNavigate({ from: keysRoute.fullPath });
  const source = useKeys(scope);
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined, new: undefined }) });
  const add = () => void navigate({ search: (before) => ({ ...before, new: true }) });
  useScreenActions([{ id: "key-new", label: words.add, icon: IconPlus, run: add }]);
  const button = (
    <Button leftSection={<IconPlus size={16} />} onClick={add}>
      {words.add}
    </Button>
  );
  return (
    <>
      <ListScreen
        answer={source.total !== null && <Answer scope={scope} keys={source.loaded()} />}
        action={source.total !== 0 && button}
        panel={open === undefined ? null : <KeyPanel key={open} scope={scope} id={open} source={source} onClose={close} />}
      >
        <Table source={source} add={button} />
      </ListScreen>
      {adding && <NewKey scope={scope} onClose={close} />}
    </>
  );
}

function Answer({ scope, keys }: { scope: Scope; keys: Key[] }) {
  const { answer } = useKeyWords();
  const format = useFormat();
  const limit = useQuery(limitsQuery(scope)).data?.keys.limit;
  const unused = keys.filter(({ last_used_at: at }) => !at).length;
  if (keys.length === 0) return answer.none;
  const count = format.number(keys.length);
  const first = limit === null || limit === undefined ? answer.keys(count, keys.length === 1) : answer.of(count, format.number(limit));
  if (unused === 0) return first;
  return `${first} ${unused === keys.length ? answer.allUnused(unused === 1) : answer.unused(format.number(unused), unused === 1)}`;
}

function Table({ source, add }: { source: RowSource<Key>; add: ReactNode }) {
  const words = useKeyWords();
  const { open } = keysRoute.useSearch();
  return (
    <VirtualTable
      label={words.list}
      columns={useColumns()}
      source={source}
      rowKey={({ id }) => id}
      rowLink={rowLink}
      openKey={open}
      empty={<EmptyState icon={<IconKey size={32} stroke={1.5} />} text={words.empty.text} action={add} />}
    />
  );
}

function rowLink({ id }: Key, children: ReactNode) {
  return (
    <Link from={keysRoute.fullPath} search={(before) => ({ ...before, open: id })} preload={false} resetScroll={false}>
      {children}
    </Link>
  );
}

function useColumns(): Column<Key>[] {
  const words = useKeyWords();
  return useMemo(() => columnsOf(words), [words]);
}

function columnsOf({ columns, unnamed, never }: ReturnType<typeof useKeyWords>): Column<Key>[] {
  const muted = (text: string) => <span style={{ color: "var(--pr-muted)" }}>{text}</span>;
  return [
    {
      id: "name",
      header: columns.name,
      width: "minmax(120px, 2fr)",
      phone: "lead",
      cell: (row) => (row.name ? <Foreign text={row.name} /> : muted(unnamed)),
    },
    { id: "hint", header: columns.hint, width: "112px", cell: (row) => <code>{row.hint}…</code> },
    {
      id: "scopes",
      header: columns.scopes,
      width: "minmax(140px, 3fr)",
      phone: "sub",
      cell: (row) => <span title={row.scopes.join(", ")}>{row.scopes.join(", ")}</span>,
    },
    { id: "created", header: columns.created, width: "96px", end: true, cell: (row) => <Time at={row.created_at} inRow /> },
    {
      id: "used",
      header: columns.used,
      width: "96px",
      end: true,
      phone: "trail",
      cell: (row) => (row.last_used_at ? <Time at={row.last_used_at} inRow /> : muted(never)),
    },
  ];
}
