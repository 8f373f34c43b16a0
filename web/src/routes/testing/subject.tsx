//! What is tested: the subscription, and the type of the event.

import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { covers } from "@/shared/patterns";
import { receiverLabel } from "@/shared/receiverLabel";
import { showHidden } from "@/shared/text";
import { choicesQuery, type Choice } from "./queries";
import { testingRoute } from "./route";

export function SubscriptionChoice({ subscription }: { subscription: SubscriptionDetail | undefined }) {
  const words = useWords({ en: english, es: spanish });
  const scope = useScope();
  const navigate = useNavigate({ from: testingRoute.fullPath });
  const [typed, setTyped] = useState("");
  const chosenLabel = subscription && labelOf(subscription);
  const [query] = useDebouncedValue(typed === chosenLabel ? "" : typed.trim(), 300);
  const found = useQuery(choicesQuery(scope, query)).data ?? [];
  const shown: Choice[] = subscription && !found.some(({ id }) => id === subscription.id) ? [subscription, ...found] : found;
  return (
    <Select
      label={words.subscription}
      placeholder={words.subscriptionHint}
      data={shown.map((one) => ({ value: one.id, label: labelOf(one) }))}
      value={subscription?.id ?? null}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The server has searched already, in the whole URL.
      filter={({ options }) => options}
      allowDeselect={false}
      nothingFoundMessage={words.noSubscription}
      maxDropdownHeight={320}
      onChange={(value) => {
        const one = shown.find(({ id }) => id === value);
        if (one === undefined) return;
        void navigate({ search: (before) => ({ ...before, subscription: one.id, of: one.tenant_id ?? undefined }), replace: true });
      }}
    />
  );
}

function labelOf({ url, description, tenant_id: tenant }: Choice): string {
  return receiverLabel(url, description) + (tenant === undefined ? "" : ` (${showHidden(tenant)})`);
}

const TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

interface TypeProps {
  scope: Scope;
  patterns: string[];
  type: string | null;
}

export function TypeChoice({ scope, patterns, type }: TypeProps) {
  const words = useWords({ en: english, es: spanish });
  const navigate = useNavigate({ from: testingRoute.fullPath });
  const [typed, setTyped] = useState("");
  const types = useQuery(eventTypesQuery(scope)).data ?? [];
  const known = types.map(({ event_type: name }) => name);
  const received = new Set(known.filter((name) => patterns.some((pattern) => covers(pattern, name))));
  // A type of its own: one that the subscription names, the one in the address, or the one that is typed.
  for (const pattern of patterns) if (!pattern.includes("*")) received.add(pattern);
  const all = new Set([...received, ...known]);
  const own = [type ?? "", typed.trim()].filter((name) => TYPE.test(name) && name.length <= 100 && !all.has(name));
  const option = (name: string) => ({ value: name, label: showHidden(name) });
  return (
    <Select
      label={words.type}
      placeholder={words.typeHint}
      data={[
        { group: words.received, items: [...received].sort().map(option) },
        {
          group: words.others,
          items: [
            ...known.filter((name) => !received.has(name)).map(option),
            ...[...new Set(own)].map((name) => ({ value: name, label: words.useTyped(name) })),
          ],
        },
      ]}
      value={type}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      allowDeselect={false}
      maxDropdownHeight={360}
      onChange={(value) => {
        if (value !== null) void navigate({ search: (before) => ({ ...before, type: value }), replace: true });
      }}
    />
  );
}

/** The type of the address, else the first one that the subscription names, else the first that it receives. */
export function typeFor(wanted: string | undefined, patterns: string[], known: string[]): string | null {
  if (wanted !== undefined) return wanted;
  const named = patterns.find((pattern) => !pattern.includes("*"));
  return named ?? known.find((name) => patterns.some((pattern) => covers(pattern, name))) ?? null;
}
