//! The tenants of the installation, and the open one beside the list.

import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useScreenActions } from "@/actions/registry";
import { keys } from "@/api/keys";
import type { Tenant } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { ListScreen } from "@/shared/ListScreen";
import { useWalkedRows, type RowSource } from "@/shared/rows";
import { TenantPanel } from "./detail";
import { TenantForm } from "./form";
import { dayQuery, fetchTenants } from "./queries";
import { tenantsRoute } from "./route";
import { TenantTable } from "./table";
import { useTenantWords } from "./words";

export function TenantsPage() {
  const words = useTenantWords();
  const { text = "", open, new: adding } = tenantsRoute.useSearch();
  const navigate = useNavigate({ from: tenantsRoute.fullPath });
  const source = useWalkedRows<Tenant>({
    queryKey: keys.tenantList({ text }),
    fetchPage: (cursor, signal) => fetchTenants(text, cursor, signal),
  });
  const show = (id: string | undefined) => void navigate({ search: (before) => ({ ...before, open: id, new: undefined }) });
  const add = () => void navigate({ search: (before) => ({ ...before, new: true }) });
  useScreenActions([{ id: "tenant-new", label: words.add, icon: IconPlus, run: add }]);
  const button = (
    <Button leftSection={<IconPlus size={16} />} onClick={add}>
      {words.add}
    </Button>
  );
  return (
    <>
      <ListScreen
        answer={source.total !== null && <Answer source={source} filtered={text !== ""} />}
        filters={<Search />}
        filtersLabel={words.filters}
        action={(source.total !== 0 || text !== "") && button}
        panel={open === undefined ? null : <TenantPanel key={open} id={open} onClose={() => show(undefined)} />}
      >
        <TenantTable source={source} filtered={text !== ""} add={button} />
      </ListScreen>
      {adding && <TenantForm tenant={null} onClose={() => show(open)} onSaved={show} />}
    </>
  );
}

function Answer({ source, filtered }: { source: RowSource<Tenant>; filtered: boolean }) {
  const { answer } = useTenantWords();
  const format = useFormat();
  const day = useQuery(dayQuery);
  const count = source.total ?? 0;
  const shown = format.number(count);
  if (filtered) return answer.found(source.walk?.next ? `${shown}+` : shown, count === 1 && !source.walk?.next);
  const first = source.walk?.next ? answer.more(shown) : answer.all(shown, count === 1);
  const active = (day.data?.groups ?? []).filter(({ created, attempts }) => created + attempts > 0).length;
  return active === 0 ? first : `${first} ${answer.active(format.number(active), active === 1)}`;
}

function Search() {
  const words = useTenantWords();
  const { shared } = useMessages();
  const { text = "" } = tenantsRoute.useSearch();
  const navigate = useNavigate({ from: tenantsRoute.fullPath });
  const [typed, setTyped] = useState<string | null>(null);
  const apply = (value: string) => {
    void navigate({ search: (before) => ({ ...before, text: value || undefined }), replace: true });
    setTyped(null);
  };
  const later = useDebouncedCallback(apply, 400);
  return (
    <>
      <TextInput
        w={{ base: 220, sm: 280 }}
        aria-label={words.searchAria}
        placeholder={words.search}
        leftSection={<IconSearch size={14} />}
        value={typed ?? text}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          later(currentTarget.value.trim());
        }}
      />
      {text !== "" && (
        <Button variant="subtle" color="gray" onClick={() => apply("")}>
          {shared.table.clear}
        </Button>
      )}
    </>
  );
}
