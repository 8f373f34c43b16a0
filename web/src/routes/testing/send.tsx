//! The ways of sending: a test, a real event after a confirmation, and an earlier event.

import { Button, Group } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/scope";
import { publishRaw, testRaw } from "@/api/sending";
import type { SubscriptionDetail } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { prettyJson } from "@/shared/json";
import { readObject } from "@/shared/jsonTree";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { EarlierEvents } from "./earlier";
import { PublishConfirm } from "./publish";
import { testingRoute } from "./route";
import classes from "./testing.module.css";
import type { Draft } from "./useDraft";
import type { Sent } from "./useSent";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  type: string | null;
  draft: Draft;
  onSent: (sent: Omit<Sent, "key" | "at">) => void;
}

export function SendButtons({ scope, subscription, type, draft, onSent }: Props) {
  const words = useWords({ en: english, es: spanish });
  const [asked, setAsked] = useState<"publish" | "earlier" | null>(null);
  const mayPublish = useMay("events:publish");
  const { test, publish } = useSending({ scope, subscription, type, draft, onSent });
  const ready = type !== null && !draft.loading && draft.read.state === "object";
  const close = () => setAsked(null);
  const send = () => {
    // The text may have changed since it was checked.
    if (readObject(draft.text).state === "object") test.mutate(draft.text);
  };
  return (
    <>
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
        <Button variant="subtle" color="gray" onClick={() => setAsked("earlier")}>
          {words.earlier.action}
        </Button>
      </Group>
      {asked === "publish" && type !== null && (
        <PublishConfirm
          scope={scope}
          type={type}
          data={draft.text}
          channels={draft.channels}
          pending={publish.isPending}
          error={publish.error}
          onConfirm={() => publish.mutate(draft.text, { onSuccess: close })}
          onClose={close}
        />
      )}
      {asked === "earlier" && <Earlier scope={scope} subscription={subscription} type={type} draft={draft} onSent={onSent} onClose={close} />}
    </>
  );
}

function Earlier({ scope, subscription, type, draft, onSent, onClose }: Props & { onClose: () => void }) {
  const navigate = useNavigate({ from: testingRoute.fullPath });
  return (
    <EarlierEvents
      scope={scope}
      subscription={subscription}
      type={type ?? ""}
      onClose={onClose}
      onSent={(event, sent) => {
        onClose();
        onSent({ ...about(scope, subscription), type: event.type, kind: "earlier", deliveries: null, ...sent });
      }}
      onLoad={(event, payload) => {
        onClose();
        draft.setText(prettyJson(payload), event.type);
        void navigate({ search: (before) => ({ ...before, type: event.type }), replace: true });
      }}
    />
  );
}

function about(scope: Scope, { id, url }: SubscriptionDetail) {
  return { tenant: scope.tenant ?? undefined, subscriptionId: id, url };
}

function useSending({ scope, subscription, type, draft, onSent }: Props) {
  const queries = useQueryClient();
  const { id } = subscription;
  const name = type ?? "";
  const known = { ...about(scope, subscription), type: name };
  const onSettled = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: keys.subscriptions.detail(scope, id) }),
      queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
      queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
    ]);
  const test = useMutation({
    mutationFn: (payload: string) => testRaw(scope, id, name, payload),
    onSuccess: ({ deliveryId }) => onSent({ ...known, kind: "test", eventId: null, deliveryId, deliveries: null }),
    onSettled,
  });
  const publish = useMutation({
    mutationFn: (payload: string) => publishRaw(scope, name, payload, { channels: draft.channels }),
    onSuccess: ({ id: eventId, deliveries }) => onSent({ ...known, kind: "publish", eventId, deliveryId: null, deliveries }),
    onSettled,
  });
  return { test, publish };
}
