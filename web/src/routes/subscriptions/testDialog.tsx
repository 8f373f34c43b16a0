//! Sends a test event and shows the response.

import { Button, Group, Loader, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useEffectEvent } from "react";
import { useTest } from "@/actions/subscription";
import type { Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Foreign, Url } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { JsonView } from "@/shared/JsonView";
import { ProblemNotice } from "@/shared/ProblemNotice";

interface Props {
  scope: Scope;
  subscription: Subscription;
  onClose: () => void;
}

export function TestDialog({ scope, subscription, onClose }: Props) {
  const { subscriptions, shared } = useMessages();
  const words = subscriptions.test;
  const format = useFormat();
  const test = useTest(scope);
  const send = useEffectEvent(() => test.mutate(subscription.id));
  // The dialog is opened by the action “Send test event”; the timer keeps a doubled effect from sending twice.
  useEffect(() => {
    const timer = setTimeout(() => send(), 0);
    return () => clearTimeout(timer);
  }, []);

  const result = test.data;
  const time = format.duration(result?.delivery_time_ms ?? 0);
  const code = result?.status_code ?? null;
  return (
    <Modal opened onClose={onClose} title={words.title} size="lg" closeButtonProps={{ "aria-label": shared.close }}>
      <Stack gap="md">
        <Url address={subscription.url} />
        <div aria-live="polite">
          {test.isPending || test.isIdle ? (
            <Group gap="sm">
              <Loader size="xs" />
              <Text>{words.sending}</Text>
            </Group>
          ) : result ? (
            <Text fw={600} c={result.success ? "var(--pr-good)" : "var(--pr-bad)"}>
              {code === null ? words.noResponse(time) : result.success ? words.delivered(code, time) : words.failed(code, time)}
            </Text>
          ) : null}
        </div>
        {test.error && <ProblemNotice error={test.error} inline />}
        {result?.error_message && <Foreign text={result.error_message} />}
        {result?.response_body && <JsonView text={result.response_body} label={words.response} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={onClose}>
            {shared.close}
          </Button>
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate(subscription.id)}>
            {words.again}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
