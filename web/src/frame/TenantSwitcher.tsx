//! Chooses the tenant of the screen, which stays the same. The choice is in the address.

import { Select, Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import { Foreign } from "@/shared/Foreign";
import { useScope } from "./useScope";

const SHOWN = 200;

const tenantsQuery = queryOptions({
  queryKey: keys.tenants("first"),
  queryFn: () => call(api.GET("/api/v1/tenants", { params: { query: { limit: SHOWN } } })),
  staleTime: 60_000,
});

export function TenantSwitcher() {
  const session = useSession();
  const { frame } = useMessages();
  if (session.kind === "operator") return <Switcher />;
  return (
    <Text fw={600} px={4} component="div" aria-label={frame.tenant.label}>
      <Foreign text={session.portal?.appearance.name ?? session.tenant_id ?? ""} />
    </Text>
  );
}

function Switcher() {
  const { frame } = useMessages();
  const { tenant } = useScope();
  const navigate = useNavigate();
  const tenants = useQuery(tenantsQuery);
  const [search, setSearch] = useState("");

  const ids = new Map((tenants.data ?? []).map(({ id, name }) => [id, name ? `${name} (${id})` : id]));
  if (tenant !== null && !ids.has(tenant)) ids.set(tenant, tenant);
  // A tenant beyond the first page is reached by its whole id.
  const typed = search.trim();
  if (/^[A-Za-z0-9\-_.:]{1,100}$/.test(typed) && (tenants.data?.length ?? 0) >= SHOWN && !ids.has(typed)) {
    ids.set(typed, typed);
  }
  const data = [
    { value: "*", label: frame.tenant.all },
    ...[...ids].map(([value, label]) => ({ value, label })),
  ];

  return (
    <Select
      aria-label={frame.tenant.label}
      data={data}
      value={tenant ?? "*"}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={frame.tenant.none}
      allowDeselect={false}
      maxDropdownHeight={360}
      limit={SHOWN}
      rightSectionWidth={22}
      styles={{ input: { paddingInlineStart: 8 } }}
      comboboxProps={{ width: 280, position: "bottom-start" }}
      onChange={(value) => {
        const chosen = value === null || value === "*" ? undefined : value;
        // Objects of the former tenant (an open row, a subscription) are left behind, filters stay.
        void navigate({
          to: ".",
          search: (before) => ({ ...before, tenant: chosen, open: undefined, of: undefined, subscription: undefined }),
        });
      }}
    />
  );
}
