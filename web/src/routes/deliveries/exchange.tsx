//! The exchange of one attempt: request, response, and the event behind it.

import { Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { payloadQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Foreign } from "@/shared/Foreign";
import { HttpMessage } from "@/shared/HttpMessage";
import { JsonView } from "@/shared/JsonView";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { sentRequest } from "@/shared/requestLine";
import { showHidden } from "@/shared/text";
import { deliveriesRoute } from "./route";

/** The server keeps this much of a response's body. */
const KEPT = 4096;

interface Props {
  scope: Scope;
  delivery: DeliveryDetail;
  attempt: Attempt | undefined;
  url: string | null;
}

export function Exchange({ scope, delivery, attempt, url }: Props) {
  const { deliveries } = useMessages();
  const words = deliveries.detail;
  const { view } = deliveriesRoute.useSearch();
  const navigate = useNavigate({ from: deliveriesRoute.fullPath });
  // A failed delivery is understood by the response, one that was not sent by the event.
  const first = attempt === undefined ? "event" : delivery.status === "success" ? "request" : "response";
  const views = (["request", "response", "event"] as const).filter((name) => name === "event" || attempt !== undefined);
  const shown = views.find((name) => name === view) ?? first;
  return (
    <Tabs
      value={shown}
      keepMounted={false}
      onChange={(value) =>
        void navigate({
          search: (before) => ({ ...before, view: views.find((name) => name === value) }),
          replace: true,
        })
      }
    >
      <Tabs.List>
        {views.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {words.views[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {attempt && (
        <>
          <Tabs.Panel value="request" pt="md">
            <Request attempt={attempt} url={url} />
          </Tabs.Panel>
          <Tabs.Panel value="response" pt="md">
            <Response attempt={attempt} />
          </Tabs.Panel>
        </>
      )}
      <Tabs.Panel value="event" pt="md">
        {delivery.payload_erased_at ? (
          <Text c="dimmed">{words.erased}</Text>
        ) : (
          <Payload scope={scope} eventId={delivery.event_id} />
        )}
      </Tabs.Panel>
    </Tabs>
  );
}

function Request({ attempt, url }: { attempt: Attempt; url: string | null }) {
  const { deliveries } = useMessages();
  const words = deliveries.detail;
  const sent = sentRequest(attempt.request_headers, url);
  return (
    <HttpMessage
      title={words.requestOf(attempt.attempt_number)}
      line={
        <>
          {showHidden(sent.method)} {showHidden(sent.url ?? "")}
        </>
      }
      headers={sent.headers}
      body={attempt.request_body}
      noBody={words.noBody}
    />
  );
}

function Response({ attempt }: { attempt: Attempt }) {
  const { deliveries } = useMessages();
  const words = deliveries.detail;
  if (attempt.response_code === null || attempt.response_code === undefined) {
    return (
      <Stack gap="xs">
        <Text>{words.noAnswer}</Text>
        {attempt.error_message && (
          <Text c="dimmed" component="div">
            <Foreign text={attempt.error_message} />
          </Text>
        )}
      </Stack>
    );
  }
  return (
    <HttpMessage
      title={words.responseOf(attempt.attempt_number)}
      line={words.result(attempt.response_code)}
      headers={attempt.response_headers}
      body={attempt.response_body}
      noBody={words.noBody}
      cut={new Blob([attempt.response_body ?? ""]).size >= KEPT}
    />
  );
}

function Payload({ scope, eventId }: { scope: Scope; eventId: string }) {
  const { deliveries } = useMessages();
  const payload = useQuery(payloadQuery(scope, eventId));
  if (payload.error) return <ProblemNotice error={payload.error} onRetry={() => void payload.refetch()} inline />;
  return payload.data === undefined ? null : <JsonView text={payload.data} label={deliveries.detail.views.event} />;
}
