//! The filters. Each of them is in the address, so a link to the screen has them too.

import { ActionIcon, Button, NumberInput, Pill, Popover, Select, Stack, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { memo, useState } from "react";
import { subscriptionChoicesQuery } from "@/api/choices";
import { receiverQuery } from "@/api/receivers";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { RangeFilter } from "@/shared/RangeFilter";
import { receiverLabel } from "@/shared/receiverLabel";
import { StatusBadge } from "@/shared/StatusBadge";
import { statusLook } from "@/shared/status";
import { shortenMiddle, showHidden } from "@/shared/text";
import { TypeFilter } from "@/shared/TypeFilter";
import { CODE, DEFAULT_RANGE, FILTER_STATUSES, filterOf, isFiltered, NO_FILTER, RANGES, type DeliverySearch } from "./filter";
import { deliveriesRoute } from "./route";

export function useChangeSearch(): (change: DeliverySearch) => void {
  const navigate = useNavigate({ from: deliveriesRoute.fullPath });
  return (change) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
}

/** Scrolling renders the screen at each page of rows; the filters have nothing to do with it. */
export const Filters = memo(function Filters() {
  const { deliveries, status } = useMessages();
  const words = deliveries.filters;
  const search = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const scope = useScope();
  return (
    <>
      <Select
        w={{ sm: 148 }}
        aria-label={words.status}
        placeholder={words.anyStatus}
        clearable
        data={FILTER_STATUSES.map((value) => ({
          value,
          label: value === "waiting" ? words.waiting : statusLook("delivery", value).word(status),
        }))}
        renderOption={({ option }) =>
          option.value === "waiting" ? words.waiting : <StatusBadge kind="delivery" value={option.value} />
        }
        value={search.status ?? null}
        onChange={(value) => change({ status: FILTER_STATUSES.find((known) => known === value) })}
      />
      <TypeFilter scope={scope} value={search.type} onChange={(type) => change({ type })} />
      <SubscriptionFilter />
      <Typed name="code" width={132} label={words.code} placeholder={words.codeHint} pattern={CODE} />
      <RangeFilter value={search} ranges={RANGES} fallback={DEFAULT_RANGE} onChange={change} />
      <Typed name="text" width={192} label={words.text} placeholder={words.text} icon />
      <MoreFilters />
      {search.event !== undefined && (
        <Pill size="md" withRemoveButton removeButtonProps={{ "aria-label": words.anyEvent, "aria-hidden": false }} onRemove={() => change({ event: undefined })}>
          {words.event(showHidden(shortenMiddle(search.event, 8, 6)))}
        </Pill>
      )}
      {isFiltered(filterOf(search)) && (
        <Button variant="subtle" color="gray" onClick={() => change(NO_FILTER)}>
          {words.clear}
        </Button>
      )}
    </>
  );
});

function SubscriptionFilter() {
  const { deliveries } = useMessages();
  const { subscription } = deliveriesRoute.useSearch();
  const change = useChangeSearch();
  const scope = useScope();
  const subscriptions = useQuery(subscriptionChoicesQuery(scope));
  const known = subscriptions.data ?? [];
  const data = known.map(({ id, url, description }) => ({ value: id, label: receiverLabel(url, description) }));
  const unknown = subscription !== undefined && !known.some(({ id }) => id === subscription);
  const found = useQuery({ ...receiverQuery(scope, subscription ?? ""), enabled: unknown && subscriptions.isSuccess && scope.tenant !== null }).data;
  if (unknown) {
    data.push({ value: subscription, label: found ? receiverLabel(found.url, found.description) : shortenMiddle(subscription, 8, 6) });
  }
  return (
    <Select
      w={{ sm: 180 }}
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
