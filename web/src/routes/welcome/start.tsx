//! The first two steps: where events go, and the subscription. Everything is filled in; one click creates it.

import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import { keys } from "@/api/keys";
import { checkQuery } from "@/api/objects";
import { fieldErrors } from "@/api/problem";
import type { Scope } from "@/api/scope";
import type { CreatedSubscription } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/lazy";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { patternFor, setUp, SINK_URL, TENANT, tenantFor, tenantsQuery } from "./setup";
import { SinkCommand, Step } from "./steps";
import classes from "./welcome.module.css";

export function Start({ onCreated }: { onCreated: (created: CreatedSubscription, tenant: string) => void }) {
  const words = useWords({ en: english, es: spanish });
  const screen = useScope();
  const queries = useQueryClient();
  const tenants = useQuery(tenantsQuery(screen.named));
  const [typedTenant, setTypedTenant] = useState<string | null>(null);
  const tenant = typedTenant ?? tenantFor(screen, tenants.data ?? []);
  const known = !screen.named || (tenants.data ?? []).includes(tenant);
  const scope: Scope = { tenant, named: screen.named };
  const [askedTenant] = useDebouncedValue(tenant, 300);
  const asked: Scope = { tenant: TENANT.test(askedTenant) ? askedTenant : null, named: screen.named };

  const sink = useSink(asked, known);
  const [choice, setChoice] = useState<"local" | "own" | null>(null);
  const local = (choice ?? (sink ? "local" : "own")) === "local";
  const [typedUrl, setTypedUrl] = useState("");
  const url = local ? SINK_URL : typedUrl.trim();

  const types = useQuery({ ...eventTypesQuery(asked), enabled: known && asked.tenant !== null });
  const names = (types.data ?? []).map(({ event_type: name }) => name);
  const [typedPattern, setTypedPattern] = useState<string | null>(null);
  const pattern = typedPattern ?? patternFor(names);

  const create = useMutation({
    mutationFn: () => setUp({ scope, url, pattern, newTenant: !known }),
    onSuccess: async (created) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.all({ tenant: null, named: true }) }),
        queries.invalidateQueries({ queryKey: ["*", "tenants"] }),
      ]);
      onCreated(created, tenant);
    },
  });
  const errors = fieldErrors(create.error);
  const tenantWrong = !TENANT.test(tenant);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <p className={classes.title}>{words.title.start}</p>
      <ol className={classes.steps}>
        <Step number={1} title={words.receiver.title} state="now">
          <Text c="dimmed">{words.receiver.text}</Text>
          {sink !== false && (
            <SegmentedControl
              className={classes.where}
              aria-label={words.receiver.where}
              value={local ? "local" : "own"}
              onChange={(value) => setChoice(value === "local" ? "local" : "own")}
              data={[
                { value: "local", label: words.receiver.local },
                { value: "own", label: words.receiver.own },
              ]}
            />
          )}
          {local ? (
            <>
              <Text>{words.receiver.localText}</Text>
              <SinkCommand />
            </>
          ) : (
            <OwnUrl scope={asked} url={typedUrl} onChange={setTypedUrl} error={errors.url} checks={known} />
          )}
        </Step>
        <Step number={2} title={words.subscription.title} state="now">
          <Text c="dimmed">{words.subscription.text}</Text>
          <Group align="flex-start" gap="md" grow preventGrowOverflow={false}>
            {screen.named && (
              <TextInput
                label={words.subscription.tenant}
                value={tenant}
                error={tenantWrong ? words.subscription.tenantWrong : undefined}
                description={known || tenants.isPending ? undefined : words.subscription.tenantText}
                inputWrapperOrder={["label", "input", "description", "error"]}
                onChange={({ currentTarget }) => setTypedTenant(currentTarget.value.trim())}
              />
            )}
            <Select
              label={words.subscription.events}
              data={[{ value: "*", label: words.subscription.all }, ...names.map((name) => ({ value: name, label: showHidden(name) }))]}
              value={pattern}
              searchable
              allowDeselect={false}
              error={errors.events}
              onChange={setTypedPattern}
            />
          </Group>
          {create.error && <ProblemNotice error={create.error} inline />}
          <div>
            <Button type="submit" loading={create.isPending} disabled={url === "" || tenantWrong || (screen.named && tenants.isPending)}>
              {words.subscription.create}
            </Button>
          </div>
        </Step>
        <Step number={3} title={words.event.title} state="later">
          <Text c="dimmed">{words.event.later}</Text>
        </Step>
      </ol>
    </form>
  );
}

/** Whether the installation sends to this machine; undefined while it is not known. */
function useSink(scope: Scope, known: boolean): boolean | undefined {
  const check = useQuery({
    ...checkQuery(scope, { url: SINK_URL, profile: "standard", headers: {} }),
    enabled: known && scope.tenant !== null,
  });
  if (check.data) return check.data.ok;
  // Without a tenant there is nobody to ask for; the server refuses what it does not allow.
  return check.error ? false : known ? undefined : true;
}

interface UrlProps {
  scope: Scope;
  url: string;
  error: string | undefined;
  checks: boolean;
  onChange: (url: string) => void;
}

function OwnUrl({ scope, url, error, checks, onChange }: UrlProps) {
  const words = useWords({ en: english, es: spanish }).receiver;
  const [asked] = useDebouncedValue(url.trim(), 400);
  const check = useQuery({
    ...checkQuery(scope, { url: asked, profile: "standard", headers: {} }),
    enabled: checks && asked !== "" && scope.tenant !== null,
  });
  const problem = check.data?.problems.map(({ message }) => message).join("; ");
  return (
    <Stack gap={4}>
      <TextInput
        label={words.url}
        placeholder="https://example.com/webhooks"
        type="url"
        autoComplete="off"
        value={url}
        error={error ?? (problem ? showHidden(problem) : undefined)}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      {asked !== "" && !problem && (
        <Text size="xs" c="dimmed" aria-live="polite">
          {check.isFetching ? words.checking : check.data?.ok ? words.ok : ""}
        </Text>
      )}
    </Stack>
  );
}
