//! The list of subscriptions.

import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keys } from "@/api/keys";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { ListScreen } from "@/shared/ListScreen";
import { usePagedRows, useWalkedRows } from "@/shared/rows";
import { statusLook } from "@/shared/status";
import { Answer } from "./answer";
import { fetchSubscriptions, type Row } from "./queries";
import { HEALTH, STATES, subscriptionsRoute, type SubscriptionsSearch } from "./route";
import { SubscriptionTable } from "./table";

export function SubscriptionsPage() {
  const { subscriptions } = useMessages();
  const scope = useScope();
  const search = subscriptionsRoute.useSearch();
  const mayWrite = useMay("subscriptions:write");
  // The server filters by health in bounded walks.
  const walked = search.health !== undefined;
  const key = keys.subscriptions.list(scope, search);
  const paged = usePagedRows<Row>({
    queryKey: key,
    lengthKey: key,
    fetchPage: (offset, limit, count, signal) => fetchSubscriptions(scope, search, { offset, limit, count }, signal),
    enabled: !walked,
  });
  const walk = useWalkedRows<Row>({
    queryKey: key,
    fetchPage: (cursor, signal) => fetchSubscriptions(scope, search, { limit: 100, cursor: cursor ?? undefined }, signal),
    enabled: walked,
  });
  const source = walked ? walk : paged;
  const filtered = isFiltered(search);
  return (
    <ListScreen
      answer={<Answer scope={scope} source={source} filtered={filtered} />}
      filters={<Filters />}
      filtersLabel={subscriptions.filters.label}
      sheet
      action={
        mayWrite && (source.total !== 0 || filtered) && (
          <Button leftSection={<IconPlus size={16} />} renderRoot={(props) => <Link to="/subscriptions/new" {...props} />}>
            {subscriptions.add}
          </Button>
        )
      }
    >
      <SubscriptionTable scope={scope} filtered={filtered} source={source} />
    </ListScreen>
  );
}

function isFiltered(search: SubscriptionsSearch): boolean {
  return Object.entries(search).some(([name, value]) => name !== "tenant" && value !== undefined);
}

function Filters() {
  const { subscriptions, status, shared } = useMessages();
  const words = subscriptions.filters;
  const search = subscriptionsRoute.useSearch();
  const navigate = useNavigate({ from: subscriptionsRoute.fullPath });
  const change = (part: SubscriptionsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <>
      <Typed name="url" label={words.url} width={220} apply={(url) => change({ url })} />
      <Select
        w={{ sm: 150 }}
        aria-label={words.state}
        placeholder={words.state}
        clearable
        data={STATES.map((value) => ({ value, label: words[value] }))}
        value={search.state ?? null}
        onChange={(value) => change({ state: STATES.find((known) => known === value) })}
      />
      <Select
        w={{ sm: 150 }}
        aria-label={words.health}
        placeholder={words.health}
        clearable
        data={HEALTH.map((value) => ({ value, label: statusLook("health", value).word(status) }))}
        value={search.health ?? null}
        onChange={(value) => change({ health: HEALTH.find((known) => known === value) })}
      />
      <Typed name="type" label={words.type} width={180} apply={(type) => change({ type })} />
      {isFiltered(search) && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => change({ url: undefined, state: undefined, health: undefined, type: undefined })}
        >
          {shared.table.clear}
        </Button>
      )}
    </>
  );
}

interface TypedProps {
  name: "url" | "type";
  label: string;
  width: number;
  apply: (value: string | undefined) => void;
}

function Typed({ name, label, width, apply }: TypedProps) {
  const applied = subscriptionsRoute.useSearch()[name] ?? "";
  const [typed, setTyped] = useState<string | null>(null);
  const later = useDebouncedCallback((value: string) => {
    apply(value === "" ? undefined : value);
    setTyped(null);
  }, 400);
  return (
    <TextInput
      w={{ sm: width }}
      aria-label={label}
      placeholder={label}
      leftSection={name === "url" ? <IconSearch size={14} /> : undefined}
      value={typed ?? applied}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        later(currentTarget.value.trim());
      }}
    />
  );
}
