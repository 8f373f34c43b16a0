//! The open delivery: why it is in its state, what happens next, and the button that helps.

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ActionMenu } from "@/actions/ActionMenu";
import { useCancelDelivery, useDeliveryActions, useResend } from "@/actions/delivery";
import { useActionKeys, useScreenActions } from "@/actions/registry";
import { deliveryQuery, subscriptionQuery } from "@/api/objects";
import { narrow, type Scope } from "@/api/scope";
import type { Attempt, DeliveryDetail } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { AttemptTimeline } from "@/shared/AttemptTimeline";
import { Confirm } from "@/shared/Confirm";
import { Foreign } from "@/shared/Foreign";
import { Panel } from "@/shared/Panel";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Receiver } from "@/shared/Receiver";
import { sentRequest } from "@/shared/requestLine";
import { AttemptNote } from "./attemptNote";
import { toCurl } from "./curl";
import classes from "./detail.module.css";
import { Exchange } from "./exchange";
import { explain } from "@/shared/explain";
import { Facts } from "./facts";
import { deliveriesRoute } from "./route";
import { readNote } from "./note";
import { RowStatus } from "./status";

interface Props {
  id: string;
  onClose: () => void;
}

export function DeliveryPanel({ id, onClose }: Props) {
  const { deliveries } = useMessages();
  const { of } = deliveriesRoute.useSearch();
  const scope = narrow(useScope(), of);
  const delivery = useQuery(deliveryQuery(scope, id));
  const subscription = useQuery({
    ...subscriptionQuery(scope, delivery.data?.subscription_id ?? ""),
    enabled: delivery.data !== undefined,
  });
  const url = subscription.data?.url ?? null;
  const data = delivery.data;
  return (
    <Panel
      label={deliveries.detail.label}
      onClose={onClose}
      title={
        data && (
          <>
            <Foreign text={data.event_type} />
            <span aria-hidden="true">→</span>
            <Receiver url={url ?? data.subscription_id} description={subscription.data?.description} />
          </>
        )
      }
    >
      {scope.tenant === null ? (
        <Text c="dimmed">{deliveries.detail.chooseTenant}</Text>
      ) : data ? (
        <Body scope={scope} delivery={data} url={url} />
      ) : delivery.error ? (
        <ObjectFailed error={delivery.error} onRetry={() => void delivery.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={22} width={140} />
          <Skeleton height={44} />
          <Skeleton height={72} />
          <Skeleton height={320} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ scope, delivery, url }: { scope: Scope; delivery: DeliveryDetail; url: string | null }) {
  const { deliveries } = useMessages();
  const words = deliveries.detail;
  const search = deliveriesRoute.useSearch();
  const navigate = useNavigate({ from: deliveriesRoute.fullPath });
  const [asking, setAsking] = useState(false);
  const resend = useResend(scope);
  const cancel = useCancelDelivery(scope);
  const attempt = chosenAttempt(delivery.attempts, search.attempt);
  const { title, advice } = explain(delivery, deliveries.explain);

  const actions = useDeliveryActions(delivery, {
    resend: () => resend.mutate(delivery),
    cancel: () => setAsking(true),
    // The signature of a batch is that of its whole body, which is not kept.
    copyCurl: attempt && url !== null && readNote(attempt.note).batch === null ? () => void copyCurl(attempt, url, words.curlCopied) : null,
    openSubscription: () =>
      void navigate({ to: "/subscriptions/$id", params: { id: delivery.subscription_id }, search: { of: search.of } }),
  });
  useScreenActions(actions);
  const onKeyDown = useActionKeys(actions);
  const main = actions.find(({ id }) => id === "delivery-resend");
  const waits = (delivery.status === "retrying" || delivery.status === "pending") && delivery.next_retry_at;

  return (
    <Stack gap="lg" onKeyDown={onKeyDown}>
      <div>
        <div className={classes.state}>
          <RowStatus row={delivery} />
          {!main && <ActionMenu actions={actions} />}
        </div>
        <Text size="md">{title}</Text>
        {advice && <Text c="dimmed">{advice}</Text>}
        {delivery.error_message && delivery.status !== "success" && (
          <Text className={classes.error}>
            <Foreign text={delivery.error_message} />
          </Text>
        )}
      </div>
      <AttemptTimeline
        receivedAt={delivery.created_at}
        attempts={delivery.attempts.map((made) => ({
          number: made.attempt_number,
          at: made.started_at,
          // A receiver of a batch may answer 200 and list the event as failed.
          succeeded: typeof made.response_code === "number" && made.response_code < 300 && !made.error_message,
          result: made.response_code ? words.result(made.response_code) : words.noResponse,
        }))}
        nextAt={waits || null}
        chosen={attempt?.attempt_number}
        onChoose={(number) => void navigate({ search: (before) => ({ ...before, attempt: number }), replace: true })}
      />
      {attempt?.note && <AttemptNote attempt={attempt} />}
      {resend.error && <ProblemNotice error={resend.error} inline />}
      {main && (
        <Group gap="sm">
          <Button
            variant={delivery.status === "success" ? "default" : "filled"}
            leftSection={<IconSend size={16} />}
            onClick={main.run}
            loading={resend.isPending}
          >
            {main.label}
          </Button>
          <span className={classes.menu}>
            <ActionMenu actions={actions} />
          </span>
        </Group>
      )}
      <Exchange scope={scope} delivery={delivery} attempt={attempt} url={url} />
      <Facts delivery={delivery} attempt={attempt} />
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.cancel}
        action={words.cancel}
        destructive
        pending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate(delivery, { onSuccess: () => setAsking(false) })}
      >
        <Text>{words.cancelText}</Text>
      </Confirm>
    </Stack>
  );
}

/** The attempt of the address, else the last one. */
function chosenAttempt(attempts: Attempt[], number: number | undefined): Attempt | undefined {
  return attempts.find(({ attempt_number }) => attempt_number === number) ?? attempts.at(-1);
}

async function copyCurl(attempt: Attempt, url: string, message: string): Promise<void> {
  const sent = sentRequest(attempt.request_headers, url);
  await navigator.clipboard.writeText(toCurl({ ...sent, url: sent.url ?? url, body: attempt.request_body }));
  notifications.show({ message });
}

