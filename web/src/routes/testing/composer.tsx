//! The form: what is sent to which subscription, whether it fits the catalog, and the ways of sending it.

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { eventTypesQuery } from "@/api/choices";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import { publishRaw, testRaw } from "@/api/sending";
import type { SubscriptionDetail } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/lazy";
import { useMay } from "@/session/context";
import { JsonEditor } from "@/shared/JsonEditor";
import { readObject } from "@/shared/jsonTree";
import { prettyJson } from "@/shared/json";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Answer, Misfits } from "./checks";
import { EarlierEvents } from "./earlier";
import { PublishConfirm } from "./publish";
import { testingRoute } from "./route";
import { SubscriptionChoice, TypeChoice, typeFor } from "./subject";
import classes from "./testing.module.css";
import { useDraft } from "./useDraft";
import type { Sent } from "./useSent";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  onSent: (sent: Omit<Sent, "key" | "at">) => void;
}

export function Composer({ scope, subscription, onSent }: Props) {
  const words = useWords({ en: english, es: spanish });
  const search = testingRoute.useSearch();
  const navigate = useNavigate({ from: testingRoute.fullPath });
  const types = useQuery(eventTypesQuery(scope)).data ?? [];
  const type = typeFor(search.type, subscription.events, types.map(({ event_type: name }) => name));
  const draft = useDraft(scope, type);
  const editor = useRef<HTMLTextAreaElement>(null);
  const [asked, setAsked] = useState<"publish" | "earlier" | null>(null);
  const mayEarlier = [useMay("deliveries:retry"), useMay("replays:write"), useMay("test:send")].some(Boolean);
  const mayPublish = useMay("events:publish");
  const about = { tenant: scope.tenant ?? undefined, subscriptionId: subscription.id, url: subscription.url, type: type ?? "" };
  const { test, publish } = useSending(scope, subscription, type ?? "", (part) => onSent({ ...about, ...part }));
  const ready = type !== null && !draft.loading && draft.read.state === "object";
  const reach = draft.preview?.matches.find(({ subscription_id: id }) => id === subscription.id)?.reason;
  const send = () => {
    if (readObject(draft.text).state === "object") test.mutate(draft.text);
  };
  return (
    <Stack gap="md">
      <Answer type={type} draft={draft} />
      <SubscriptionChoice subscription={subscription} />
      <TypeChoice scope={scope} patterns={subscription.events} type={type} />
      {draft.loading ? (
        <Skeleton height={360} />
      ) : (
        <JsonEditor
          label={words.payload}
          text={draft.text}
          onChange={draft.setText}
          read={draft.read}
          rows={16}
          input={editor}
          tools={
            draft.restorable && (
              <Button variant="subtle" color="gray" size="compact-xs" onClick={draft.restore}>
                {words.example}
              </Button>
            )
          }
        />
      )}
      <Misfits draft={draft} editor={editor} />
      {subscription.is_active ? (
        reach && reach !== "receives" && <Text c="dimmed">{words.reach[reach] ?? ""}</Text>
      ) : (
        <Text c="var(--pr-warn)">
          {words.inactive}{" "}
          <Link to="/subscriptions/$id" params={{ id: subscription.id }} search={{ of: search.of }}>
            {words.openSubscription}
          </Link>
        </Text>
      )}
      {test.error && <ProblemNotice error={test.error} inline />}
      <Group gap="sm" className={classes.buttons}>
        <Button leftSection={<IconSend size={16} />} disabled={!ready || !subscription.is_active} loading={test.isPending} onClick={send}>
          {words.send}
        </Button>
        {mayPublish && (
          <Button variant="subtle" color="gray" disabled={!ready} onClick={() => setAsked("publish")}>
            {words.publish.action}
          </Button>
        )}
        {mayEarlier && (
          <Button variant="subtle" color="gray" onClick={() => setAsked("earlier")}>
            {words.earlier.action}
          </Button>
        )}
      </Group>
      {asked === "publish" && type !== null && (
        <PublishConfirm
          scope={scope}
          type={type}
          data={draft.text}
          pending={publish.isPending}
          error={publish.error}
          onConfirm={() => publish.mutate(draft.text, { onSuccess: () => setAsked(null) })}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "earlier" && (
        <EarlierEvents
          scope={scope}
          subscription={subscription}
          type={type ?? ""}
          onClose={() => setAsked(null)}
          onSent={(event, sent) => {
            setAsked(null);
            onSent({ ...about, type: event.type, kind: "earlier", deliveries: null, ...sent });
          }}
          onLoad={(event, payload) => {
            setAsked(null);
            draft.setText(prettyJson(payload), event.type);
            void navigate({ search: (before) => ({ ...before, type: event.type }), replace: true });
          }}
        />
      )}
    </Stack>
  );
}

type Outcome = Pick<Sent, "kind" | "eventId" | "deliveryId" | "deliveries">;

function useSending(scope: Scope, { id }: SubscriptionDetail, type: string, onDone: (outcome: Outcome) => void) {
  const queries = useQueryClient();
  const onSettled = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: keys.subscriptions.detail(scope, id) }),
      queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
      queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
    ]);
  const test = useMutation({
    mutationFn: (payload: string) => testRaw(scope, id, type, payload),
    onSuccess: ({ deliveryId }) => onDone({ kind: "test", eventId: null, deliveryId, deliveries: null }),
    onSettled,
  });
  const publish = useMutation({
    mutationFn: (payload: string) => publishRaw(scope, type, payload),
    onSuccess: ({ id: eventId, deliveries }) => onDone({ kind: "publish", eventId, deliveryId: null, deliveries }),
    onSettled,
  });
  return { test, publish };
}
