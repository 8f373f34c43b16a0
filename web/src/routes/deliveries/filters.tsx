//! The filters. Each of them is in the address, so a link to the screen has them too.

import { ActionIcon, Autocomplete, Button, CloseButton, Drawer, NumberInput, Popover, Select, Stack, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback, useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconFilter, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { eventTypesQuery, subscriptionChoicesQuery } from "@/api/choices";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { StatusBadge } from "@/shared/StatusBadge";
import { statusLook } from "@/shared/status";
import { shortenMiddle } from "@/shared/text";
import { CODE, filterOf, isFiltered, NO_FILTER, STATUS_VALUES, TYPE, type DeliverySearch } from "./filter";
import classes from "./page.module.css";
import { RangeFilter } from "./range";
import { deliveriesRoute } from "./route";

export function useChangeSearch(): (change: DeliverySearch) => void {
  const navigate = useNavigate({ from: deliveriesRoute.fullPath });
  return (change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
}

export function Filters() {
  const { deliveries } = useMessages();
  const phone = useMediaQuery("(max-width: 699px)");
  const [opened, { open, close }] = useDisclosure();
  if (!phone) {
    return (
      <div className={classes.filters} role="search" aria-label={deliveries.filters.label}>
        <FilterFields />
      </div>
    );
  }
  return (
    <>
      <Button variant="default" leftSection={<IconFilter size={16} />} onClick={open}>
        {deliveries.filters.show}
      </Button>
      <Drawer opened={opened} onClose={close} position="bottom" title={deliveries.filters.label} size="auto">
        <Stack gap="sm">
          <FilterFields />
        </Stack>
      </Drawer>
    </>
  );
}

function FilterFields() {
  const { deliveries, status } = useMessages();
  const words = deliveries.filters;
  const search = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  return (
    <>
      <Select
        w={{ sm: 148 }}
        aria-label={words.status}
        placeholder={words.anyStatus}
        clearable
        data={STATUS_VALUES.map((value) => ({ value, label: statusLook("delivery", value).word(status) }))}
        renderOption={({ option }) => <StatusBadge kind="delivery" value={option.value} />}
        value={search.status ?? null}
        onChange={(value) => change({ status: STATUS_VALUES.find((known) => known === value) })}
      />
      <TypeFilter />
      <SubscriptionFilter />
      <Typed name="code" width={132} label={words.code} placeholder={words.codeHint} pattern={CODE} />
      <RangeFilter />
      <Typed name="text" width={200} label={words.text} placeholder={words.text} icon />
      <MoreFilters />
      {isFiltered(filterOf(search)) && (
        <Button variant="subtle" color="gray" onClick={() => change(NO_FILTER)}>
          {words.clear}
        </Button>
      )}
    </>
  );
}

function TypeFilter() {
  const { deliveries } = useMessages();
  const { type } = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const scope = useScope();
  const types = useQuery(eventTypesQuery(scope));
  const [value, setValue] = useState(type ?? "");
  const apply = (text: string) => {
    if (text === "" || TYPE.test(text)) change({ type: text || undefined });
  };
  return (
    <Autocomplete
      key={type ?? ""}
      w={{ sm: 180 }}
      size="xs"
      aria-label={deliveries.filters.type}
      placeholder={deliveries.filters.anyType}
      data={types.data?.map(({ event_type }) => event_type) ?? []}
      limit={60}
      value={value}
      onChange={setValue}
      onOptionSubmit={apply}
      onKeyDown={(event) => event.key === "Enter" && apply(value)}
      onBlur={() => apply(value)}
      rightSection={value === "" ? null : <CloseButton size={20} aria-label={deliveries.filters.clear} onClick={() => apply("")} />}
    />
  );
}

function SubscriptionFilter() {
  const { deliveries } = useMessages();
  const { subscription } = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const scope = useScope();
  const subscriptions = useQuery(subscriptionChoicesQuery(scope));
  const known = subscriptions.data ?? [];
  const data = known.map(({ id, url }) => ({ value: id, label: url.replace(/^https?:\/\//, "") }));
  if (subscription !== undefined && !known.some(({ id }) => id === subscription)) {
    data.push({ value: subscription, label: shortenMiddle(subscription, 8, 6) });
  }
  return (
    <Select
      w={{ sm: 200 }}
      aria-label={deliveries.filters.subscription}
      placeholder={deliveries.filters.anySubscription}
      searchable
      clearable
      limit={60}
      data={data}
      value={subscription ?? null}
      onChange={(value) => change({ subscription: value ?? undefined })}
    />
  );
}

interface TypedProps {
  name: "code" | "text";
  width: number;
  label: string;
  placeholder: string;
  pattern?: RegExp;
  icon?: boolean;
}

/** A text that is applied when typing pauses. */
function Typed({ name, width, label, placeholder, pattern, icon = false }: TypedProps) {
  const applied = deliveriesRoute.useSearch()[name] ?? "";
  const change = useChangeSearch();
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && typed !== "" && pattern !== undefined && !pattern.test(typed);
  const apply = useDebouncedCallback((value: string) => {
    if (value !== "" && pattern !== undefined && !pattern.test(value)) return;
    change({ [name]: value || undefined });
    setTyped(null);
  }, 400);
  return (
    <TextInput
      w={{ sm: width }}
      aria-label={label}
      placeholder={placeholder}
      leftSection={icon ? <IconSearch size={14} /> : undefined}
      value={typed ?? applied}
      error={wrong}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        apply(currentTarget.value.trim());
      }}
    />
  );
}

function MoreFilters() {
  const { deliveries } = useMessages();
  const words = deliveries.filters;
  const { slow, hung, order } = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const number = (value: string | number) => (typeof value === "number" && value > 0 ? value : undefined);
  const used = slow !== undefined || hung !== undefined || order !== undefined;
  return (
    <Popover position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={words.more}>
          <ActionIcon size={30} aria-label={words.more} variant={used ? "light" : "subtle"} color={used ? "spruce" : "gray"}>
            <IconAdjustmentsHorizontal size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm" w={220}>
          <NumberInput label={words.slow} min={0} max={86_400_000} value={slow ?? ""} onChange={(value) => change({ slow: number(value) })} />
          <NumberInput label={words.hung} min={0} max={525_600} value={hung ?? ""} onChange={(value) => change({ hung: number(value) })} />
          <Button variant="default" onClick={() => change({ order: order === "oldest" ? undefined : "oldest" })}>
            {order === "oldest" ? words.newest : words.oldest}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
