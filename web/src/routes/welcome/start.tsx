//! The first two steps: where events go, and the subscription. Everything is filled in; one click creates it.

import { Button, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import { keys } from "@/api/keys";
import { anySubscriptionQuery, checkQuery } from "@/api/objects";
import { fieldErrors } from "@/api/problem";
import type { Scope } from "@/api/scope";
import type { CreatedSubscription } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/words";
import { useSession } from "@/session/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { patternFor, setUp, SINK_URL, TENANT, tenantFor, tenantsQuery } from "./setup";
import { SinkCommand, Step } from "./steps";
import classes from "./welcome.module.css";

export function Start({ onCreated }: { onCreated: (created: CreatedSubscription, tenant: string) => void }) {
  const words = useWords({ en: english, es: spanish });
  const choice = useChoice();
  const queries = useQueryClient();
  const any = useQuery(anySubscriptionQuery(choice.scope));
  const { scope, url, pattern, known } = choice;
  const create = useMutation({
    mutationFn: () => setUp({ scope, url, pattern, newTenant: !known }),
    onSuccess: async (created) => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.all({ tenant: null, named: true }) }),
        queries.invalidateQueries({ queryKey: ["*", "tenants"] }),
      ]);
      onCreated(created, choice.tenant);
    },
  });
  const errors = fieldErrors(create.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <p className={classes.title}>{any.data === false ? words.title.start : words.title.another}</p>
      <ol className={classes.steps}>
        <Step number={1} title={words.receiver.title} state="now">
          <Receiver choice={choice} error={errors.url} />
        </Step>
        <Step number={2} title={words.subscription.title} state="now">
          <Target choice={choice} error={errors.events} />
          {create.error && !errors.url && !errors.events && <ProblemNotice error={create.error} inline />}
          <div>
            <Button type="submit" loading={create.isPending} disabled={!choice.complete}>
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

/** What is filled in, and what the reader has changed. */
function useChoice() {
  const screen = useScope();
  const tenants = useQuery(tenantsQuery(screen.named));
  const [typedTenant, setTenant] = useState<string | null>(null);
  const tenant = typedTenant ?? tenantFor(screen, tenants.data ?? []);
  const known = !screen.named || (tenants.data ?? []).includes(tenant);
  const scope: Scope = { tenant, named: screen.named };
  const [askedTenant] = useDebouncedValue(tenant, 300);
  const asked: Scope = { tenant: TENANT.test(askedTenant) ? askedTenant : null, named: screen.named };

  const builtIn = useSession().receiver_url ?? null;
  const sink = useSink(asked, known) || builtIn !== null;
  const [where, setWhere] = useState<"local" | "own" | null>(null);
  const local = (where ?? (sink ? "local" : "own")) === "local";
  const [typedUrl, setUrl] = useState("");
  const url = local ? (builtIn ?? SINK_URL) : typedUrl.trim();

  const types = useQuery({ ...eventTypesQuery(asked), enabled: known && asked.tenant !== null });
  const names = (types.data ?? []).map(({ event_type: name }) => name);
  const [typedPattern, setPattern] = useState<string | null>(null);
  const loading = screen.named && tenants.isPending;
  return {
    scope, asked, known, tenant, setTenant, loading,
    sink, builtIn, local, setWhere, url, typedUrl, setUrl,
    names, pattern: typedPattern ?? patternFor(names), setPattern,
    complete: url !== "" && TENANT.test(tenant) && !loading,
  };
}

type Choice = ReturnType<typeof useChoice>;

function Receiver({ choice, error }: { choice: Choice; error: string | undefined }) {
  const words = useWords({ en: english, es: spanish }).receiver;
  const { local, setWhere, sink, builtIn } = choice;
  return (
    <>
      <Text c="dimmed">{words.text}</Text>
      {sink !== false && (
        <SegmentedControl
          className={classes.where}
          aria-label={words.where}
          value={local ? "local" : "own"}
          onChange={(value) => setWhere(value === "local" ? "local" : "own")}
          data={[
            { value: "local", label: builtIn === null ? words.local : words.builtIn },
            { value: "own", label: words.own },
          ]}
        />
      )}
      {local && builtIn !== null ? (
        <Text>
          {words.builtInText} <code>{builtIn}</code>
        </Text>
      ) : local ? (
        <>
          <Text>{words.localText}</Text>
          <SinkCommand />
        </>
      ) : (
        <OwnUrl scope={choice.asked} url={choice.typedUrl} onChange={choice.setUrl} error={error} checks={choice.known} />
      )}
    </>
  );
}

/** Whose events, and which. */
function Target({ choice, error }: { choice: Choice; error: string | undefined }) {
  const words = useWords({ en: english, es: spanish }).subscription;
  const { scope, tenant, names, pattern } = choice;
  return (
    <>
      <Text c="dimmed">{words.text}</Text>
      <Group align="flex-start" gap="md" grow preventGrowOverflow={false}>
        {scope.named && (
          <TextInput
            label={words.tenant}
            value={tenant}
            error={TENANT.test(tenant) ? undefined : words.tenantWrong}
            description={choice.known || choice.loading ? undefined : words.tenantText}
            inputWrapperOrder={["label", "input", "description", "error"]}
            onChange={({ currentTarget }) => choice.setTenant(currentTarget.value.trim())}
          />
        )}
        <Select
          label={words.events}
          data={[{ value: "*", label: words.all }, ...names.map((name) => ({ value: name, label: showHidden(name) }))]}
          value={pattern}
          searchable
          allowDeselect={false}
          error={error}
          onChange={choice.setPattern}
        />
      </Group>
    </>
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
