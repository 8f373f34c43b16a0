//! The confirmations of an event's actions. Each says what will happen.

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCancelEvent, useErasePayload, useRepublish, type EventStep } from "@/actions/event";
import { useEventWords } from "@/actions/eventWords";
import { payloadQuery } from "@/api/objects";
import type { Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { showHidden } from "@/shared/text";
import { fullPreviewQuery } from "./queries";

interface Props {
  scope: Scope;
  event: PublishedEvent;
  step: EventStep | null;
  onClose: () => void;
}

export function Steps({ scope, event, step, onClose }: Props) {
  const events = useEventWords();
  const cancel = useCancelEvent(scope);
  const erase = useErasePayload(scope);
  return (
    <>
      {step === "republish" && !event.payload_erased_at && <Republish scope={scope} event={event} onClose={onClose} />}
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

/** A copy goes to all subscriptions that match now; the confirmation has their number. */
function Republish({ scope, event, onClose }: Omit<Props, "step">) {
  const events = useEventWords();
  const words = events.republish;
  const format = useFormat();
  const republish = useRepublish(scope);
  const payload = useQuery(payloadQuery(scope, event.id));
  const data = payload.data;
  const preview = useQuery({ ...fullPreviewQuery(scope, event, data ?? ""), enabled: data !== undefined });
  const count = format.number(preview.data?.deliveries ?? 0);
  const refused = preview.data?.accepted === false;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.action}
      action={preview.data === undefined ? words.action : words.confirm(count)}
      ready={preview.data !== undefined && !refused}
      pending={republish.isPending}
      error={republish.error ?? payload.error ?? preview.error}
      onConfirm={() => {
        if (data !== undefined) republish.mutate({ ...event, payload: data }, { onSuccess: onClose });
      }}
    >
      {preview.data === undefined ? (
        <Text aria-live="polite">{payload.error ?? preview.error ? "" : words.counting}</Text>
      ) : refused ? (
        <>
          <Text>{words.refused}</Text>
          {preview.data.violations.slice(0, 5).map(({ path, message }, index) => (
            <Text key={index} size="sm" c="var(--pr-bad)">
              {showHidden(`${path}: ${message}`)}
            </Text>
          ))}
        </>
      ) : (
        <Text aria-live="polite">{preview.data.deliveries === 0 ? words.nobody : words.text(count)}</Text>
      )}
    </Confirm>
  );
}
