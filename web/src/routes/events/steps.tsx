//! The confirmations of an event's actions. Each says what will happen.

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCancelEvent, useErasePayload, useRepublish, type EventStep } from "@/actions/event";
import type { Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import { payloadQuery } from "./queries";

interface Props {
  scope: Scope;
  event: PublishedEvent;
  step: EventStep | null;
  onClose: () => void;
}

export function Steps({ scope, event, step, onClose }: Props) {
  const { events } = useMessages();
  const republish = useRepublish(scope);
  const cancel = useCancelEvent(scope);
  const erase = useErasePayload(scope);
  const payload = useQuery({ ...payloadQuery(scope, event.id), enabled: step === "republish" });
  const data = payload.data;
  return (
    <>
      <Confirm
        opened={step === "republish"}
        onClose={onClose}
        title={events.republish.action}
        action={events.republish.action}
        ready={data !== undefined}
        pending={republish.isPending}
        error={republish.error ?? payload.error}
        onConfirm={() => {
          if (data !== undefined) republish.mutate({ ...event, payload: data }, { onSuccess: onClose });
        }}
      >
        <Text>{events.republish.text}</Text>
      </Confirm>
      <Confirm
        opened={step === "cancel"}
        onClose={onClose}
        title={events.cancel.action}
        action={events.cancel.action}
        destructive
        pending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate(event.id, { onSuccess: onClose })}
      >
        <Text>{events.cancel.text(event.delivery_count)}</Text>
      </Confirm>
      <Confirm
        opened={step === "erase"}
        onClose={onClose}
        title={events.erase.action}
        action={events.erase.action}
        destructive
        pending={erase.isPending}
        error={erase.error}
        onConfirm={() => erase.mutate(event.id, { onSuccess: onClose })}
      >
        <Text>{events.erase.text(event.delivery_count)}</Text>
      </Confirm>
    </>
  );
}
