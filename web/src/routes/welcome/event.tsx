//! The third step: an event is sent, arrives, and its signature is verified in this browser.

import { Button, Group, Stack, Text } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useResend } from "@/actions/delivery";
import { eventTypesQuery } from "@/api/choices";
import { eventTypeQuery, secretsQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import { publishRaw, testRaw } from "@/api/sending";
import type { Attempt, DeliveryDetail, SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { welcome as english } from "@/messages/en/welcome";
import { welcome as spanish } from "@/messages/es/welcome";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { serverNow } from "@/shared/clock";
import { explain } from "@/shared/explain";
import { useFormat } from "@/shared/format";
import { setPreferences } from "@/shared/preferences";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { SignatureVerdict } from "@/shared/SignatureSteps";
import { StatusBadge } from "@/shared/StatusBadge";
import { useSentDelivery } from "@/shared/useSentDelivery";
import { useSignature } from "@/shared/useSignature";
import { welcomeRoute } from "./route";
import { SINK_URL, typeFor } from "./setup";
import { SinkCommand, Step } from "./steps";
import classes from "./welcome.module.css";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  /** Of the creation a moment ago; null after a reload. */
  secret: string | null;
  before: ReactNode;
}

export function Event({ scope, subscription, secret, before }: Props) {
  const words = useWords({ en: english, es: spanish });
  const format = useFormat();
  const { event, delivery: deliveryId, of } = welcomeRoute.useSearch();
  const sent = event !== undefined || deliveryId !== undefined;
  const [since] = useState(() => ({ opened: serverNow() }));
  const found = useSentDelivery({
    at: since.opened,
    tenant: of,
    subscriptionId: subscription.id,
    eventId: event ?? null,
    deliveryId: deliveryId ?? null,
    deliveries: null,
  });
  const { delivery } = found;
  const attempt = delivery?.attempts.at(-1);
  const done = delivery?.status === "success" && attempt !== undefined;
  const state = done ? "done" : !sent ? "ready" : delivery && delivery.status !== "pending" ? "failed" : "sent";
  const title =
    state !== "done"
      ? words.title[state]
      : attempt?.attempt_number === 1
        ? words.title.done(format.duration(attempt.duration_ms))
        : words.title.doneLater;
  return (
    <>
      <p className={classes.title} aria-live="polite">
        {title}
      </p>
      <ol className={classes.steps}>
        {before}
        <Step number={3} title={words.event.title} state={done ? "done" : "now"}>
          {!sent ? (
            <Send scope={scope} subscription={subscription} />
          ) : delivery && attempt ? (
            <Arrived scope={scope} subscription={subscription} delivery={delivery} attempt={attempt} secret={secret} />
          ) : found.error ? (
            <ProblemNotice error={found.error} inline />
          ) : (
            <Text c="dimmed">{found.none ? words.event.none : words.event.waiting}</Text>
          )}
        </Step>
      </ol>
      {done && delivery && <Next of={of} subscription={subscription} delivery={delivery} />}
    </>
  );
}

function Send({ scope, subscription }: { scope: Scope; subscription: SubscriptionDetail }) {
  const words = useWords({ en: english, es: spanish }).event;
  const navigate = useNavigate({ from: welcomeRoute.fullPath });
  const mayPublish = useMay("events:publish");
  const mayTest = useMay("test:send");
  const types = useQuery(eventTypesQuery(scope));
  const type = typeFor(subscription.events, (types.data ?? []).map(({ event_type: name }) => name));
  const inCatalog = types.data?.some(({ event_type: name }) => name === type) ?? false;
  const shown = useQuery({ ...eventTypeQuery(scope, type), enabled: inCatalog });
  const payload = shown.data?.exampleText ?? '{"hello":"world"}';
  const send = useMutation({
    mutationFn: async () => {
      if (mayPublish) return { event: (await publishRaw(scope, type, payload)).id };
      return { delivery: (await testRaw(scope, subscription.id, type, payload)).deliveryId ?? undefined };
    },
    onSuccess: (part) => {
      setPreferences({ welcomed: true });
      return navigate({ search: (before) => ({ ...before, ...part }), replace: true });
    },
  });
  if (!mayPublish && !mayTest) {
    return (
      <Text>
        {words.neither} <Link to="/deliveries">{words.deliveries}</Link>
      </Text>
    );
  }
  return (
    <>
      <Text>{mayPublish ? words.publish(type) : words.test(type)}</Text>
      {send.error && <ProblemNotice error={send.error} inline />}
      <div>
        <Button
          leftSection={<IconSend size={16} />}
          loading={send.isPending}
          disabled={types.isPending || (inCatalog && shown.isPending)}
          onClick={() => send.mutate()}
        >
          {mayPublish ? words.publishAction : words.testAction}
        </Button>
      </div>
    </>
  );
}

interface ArrivedProps extends Omit<Props, "before"> {
  delivery: DeliveryDetail;
  attempt: Attempt;
}

function Arrived({ scope, subscription, delivery, attempt, secret }: ArrivedProps) {
  const words = useWords({ en: english, es: spanish }).event;
  const { deliveries } = useMessages();
  const mayRead = useMay("secrets:read");
  const mayRetry = useMay("deliveries:retry");
  const secrets = useQuery({ ...secretsQuery(scope, subscription.id), enabled: secret === null && mayRead });
  const known = secret ?? secrets.data?.secret;
  const computed = useSignature({
    profile: subscription.profile,
    headers: attempt.request_headers,
    body: attempt.request_body ?? null,
    secrets: known ? [known] : mayRead && !secrets.error && !secrets.data ? undefined : null,
  });
  const resend = useResend(scope);
  const { title, advice } = explain(delivery, deliveries.explain);
  const arrived = delivery.status === "success";
  return (
    <Stack gap="sm">
      <div className={classes.arrival}>
        <StatusBadge kind="delivery" value={delivery.status} />
        <span>{title}</span>
      </div>
      {arrived && <SignatureVerdict computed={computed} explained />}
      {!arrived && advice && <Text c="dimmed">{advice}</Text>}
      {!arrived && subscription.url === SINK_URL && (
        <>
          <Text>{words.start}</Text>
          <SinkCommand />
        </>
      )}
      {resend.error && <ProblemNotice error={resend.error} inline />}
      {!arrived && mayRetry && delivery.status !== "pending" && (
        <div>
          <Button leftSection={<IconSend size={16} />} loading={resend.isPending} onClick={() => resend.mutate(delivery)}>
            {words.again}
          </Button>
        </div>
      )}
    </Stack>
  );
}

function Next({ of, subscription, delivery }: { of: string | undefined; subscription: SubscriptionDetail; delivery: DeliveryDetail }) {
  const words = useWords({ en: english, es: spanish }).next;
  const mayTest = useMay("test:send");
  return (
    <Group gap="sm" className={classes.next}>
      <Button
        renderRoot={(props) => (
          <Link to="/deliveries" search={{ open: delivery.id, of, event: delivery.event_id, since: "30d" }} {...props} />
        )}
      >
        {words.delivery}
      </Button>
      {mayTest && (
        <Button
          variant="subtle"
          color="gray"
          renderRoot={(props) => <Link to="/testing" search={{ subscription: subscription.id, of }} {...props} />}
        >
          {words.testing}
        </Button>
      )}
      <Button variant="subtle" color="gray" renderRoot={(props) => <Link to="/" {...props} />}>
        {words.overview}
      </Button>
    </Group>
  );
}
