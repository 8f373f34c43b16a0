//! What came of one send: the outcome in words, where the time went, and the exchange with its signature.

import { Skeleton, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { secretsQuery, subscriptionQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useMessages } from "@/messages/context";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { explain } from "@/shared/explain";
import { Foreign, Url } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { HttpMessage } from "@/shared/HttpMessage";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { sentRequest } from "@/shared/requestLine";
import { Signature } from "@/shared/SignatureSteps";
import { StatusBadge } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { TimeSplit } from "@/shared/TimeSplit";
import { useSentDelivery } from "@/shared/useSentDelivery";
import { useSignature } from "@/shared/useSignature";
import classes from "./testing.module.css";
import type { Sent } from "./useSent";

/** The server keeps this much of a response's body. */
const KEPT = 4096;
const VIEWS = ["response", "request", "signature"] as const;

export function Result({ sent }: { sent: Sent }) {
  const words = useWords({ en: english, es: spanish }).result;
  const format = useFormat();
  const { scope, delivery, error, none } = useSentDelivery(sent);
  const attempt = delivery?.attempts.at(-1);
  return (
    <Stack gap="lg">
      <div className={classes.receiver}>
        <Foreign text={sent.type} />
        <span aria-hidden="true">→</span>
        <Url address={sent.url} />
      </div>
      {sent.deliveries !== null && (
        <Text>
          {words.published(format.number(sent.deliveries), sent.deliveries === 1)}{" "}
          <Link to="/deliveries" search={{ tenant: sent.tenant, event: sent.eventId ?? undefined, since: "30d" }}>
            {words.allDeliveries}
          </Link>
        </Text>
      )}
      <div aria-live="polite">
        {delivery ? <Outcome delivery={delivery} attempt={attempt} /> : <Pending error={error} none={none} />}
      </div>
      {delivery && attempt && <Exchange scope={scope} sent={sent} attempt={attempt} failed={delivery.status !== "success"} />}
      {delivery && (
        <Link to="/deliveries" search={{ open: delivery.id, of: sent.tenant, event: delivery.event_id, since: "30d" }}>
          {words.open}
        </Link>
      )}
    </Stack>
  );
}

function Pending({ error, none }: { error: unknown; none: boolean }) {
  const words = useWords({ en: english, es: spanish }).result;
  if (error) return <ProblemNotice error={error} inline />;
  if (none) return <Text>{words.none}</Text>;
  return (
    <Stack gap="sm">
      <Text c="dimmed">{words.waiting}</Text>
      <Skeleton height={240} />
    </Stack>
  );
}

function Outcome({ delivery, attempt }: { delivery: DeliveryDetail; attempt: Attempt | undefined }) {
  const words = useWords({ en: english, es: spanish }).result;
  const { deliveries } = useMessages();
  const format = useFormat();
  const { title, advice } = explain(delivery, deliveries.explain);
  const code = attempt?.response_code;
  const good = delivery.status === "success" && attempt && code;
  return (
    <div>
      <div className={classes.state}>
        <StatusBadge kind="delivery" value={delivery.status} />
      </div>
      <Text size="md">{good ? words.delivered(code, format.duration(attempt.duration_ms)) : title}</Text>
      {advice && <Text c="dimmed">{advice}</Text>}
      {delivery.error_message && delivery.status !== "success" && (
        <Text className={classes.error}>{showHidden(delivery.error_message)}</Text>
      )}
    </div>
  );
}

interface ExchangeProps {
  scope: Scope;
  sent: Sent;
  attempt: Attempt;
  failed: boolean;
}

function Exchange({ scope, sent, attempt, failed }: ExchangeProps) {
  const words = useWords({ en: english, es: spanish }).result;
  const [view, setView] = useState<(typeof VIEWS)[number]>(failed ? "response" : "request");
  const { deliveries } = useMessages();
  const { detail } = deliveries;
  const code = attempt.response_code;
  const request = sentRequest(attempt.request_headers, sent.url);
  return (
    <>
      <TimeSplit timings={attempt.timings_ms} remoteIp={attempt.remote_ip} />
      <Tabs value={view} onChange={(value) => setView(VIEWS.find((name) => name === value) ?? "request")} keepMounted={false}>
        <Tabs.List>
          {VIEWS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="request" pt="md">
          <HttpMessage
            title={words.tabs.request}
            line={`${showHidden(request.method)} ${showHidden(request.url ?? "")}`}
            headers={request.headers}
            body={attempt.request_body}
            noBody={detail.noBody}
          />
        </Tabs.Panel>
        <Tabs.Panel value="response" pt="md">
          {code ? (
            <HttpMessage
              title={words.tabs.response}
              line={detail.result(code)}
              headers={attempt.response_headers}
              body={attempt.response_body}
              noBody={detail.noBody}
              cut={new Blob([attempt.response_body ?? ""]).size >= KEPT}
            />
          ) : (
            <Text>{detail.noAnswer}</Text>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="signature" pt="md">
          <SignatureOf scope={scope} sent={sent} attempt={attempt} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function SignatureOf({ scope, sent, attempt }: Omit<ExchangeProps, "failed">) {
  const words = useWords({ en: english, es: spanish }).result;
  const mayRead = useMay("secrets:read");
  const subscription = useQuery(subscriptionQuery(scope, sent.subscriptionId));
  const secrets = useQuery({ ...secretsQuery(scope, sent.subscriptionId), enabled: mayRead });
  const known = secrets.data && [secrets.data.secret, ...secrets.data.previous.map(({ secret }) => secret)].filter((one) => typeof one === "string");
  const computed = useSignature({
    profile: subscription.data?.profile ?? "",
    headers: attempt.request_headers,
    body: attempt.request_body ?? null,
    secrets: mayRead && !secrets.error ? known : null,
  });
  if (subscription.data === undefined) return <Skeleton height={240} />;
  return (
    <>
      {secrets.error && <ProblemNotice error={secrets.error} onRetry={() => void secrets.refetch()} inline />}
      <Signature
        computed={computed}
        more={
          <Link to="/subscriptions/$id" params={{ id: sent.subscriptionId }} search={{ of: sent.tenant, tab: "code" }}>
            {words.code}
          </Link>
        }
      />
    </>
  );
}
