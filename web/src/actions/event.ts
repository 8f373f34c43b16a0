//! Actions on an event.

import { notifications } from "@mantine/notifications";
import { IconBan, IconEraser, IconRepeat } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEventWords } from "./eventWords";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import { publishRaw } from "@/api/sending";
import type { PublishedEvent } from "@/api/types";
import { useMay } from "@/session/context";
import { serverNow } from "@/shared/clock";
import type { Action } from "./action";

/** Publishes the type and data again as a new event. The data goes as its raw text, so large numbers survive. */
export function useRepublish(scope: Scope) {
  const queries = useQueryClient();
  const events = useEventWords();
  return useMutation({
    mutationFn: ({ type, metadata, channels, payload }: Pick<PublishedEvent, "type" | "metadata" | "channels"> & { payload: string }) =>
      publishRaw(scope, type, payload, { metadata, channels }),
    onSuccess: ({ deliveries }) => notifications.show({ message: events.republish.done(deliveries) }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
  });
}

export function useCancelEvent(scope: Scope) {
  const queries = useQueryClient();
  const events = useEventWords();
  return useMutation({
    mutationFn: (id: string) =>
      call(api.POST("/api/v1/events/{id}/cancel", { params: { path: { id }, header: tenantHeader(scope) } })),
    onSuccess: ({ cancelled, already_sent: sent }) =>
      notifications.show({ message: events.cancel.done(cancelled, sent) }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
  });
}

export function useErasePayload(scope: Scope) {
  const queries = useQueryClient();
  const events = useEventWords();
  return useMutation({
    mutationFn: (id: string) =>
      call(api.DELETE("/api/v1/events/{id}/payload", { params: { path: { id }, header: tenantHeader(scope) } })),
    onSuccess: ({ cancelled_deliveries: cancelled }) => notifications.show({ message: events.erase.done(cancelled) }),
    onSettled: () => {
      // Requests and responses of deliveries were erased, too.
      queries.removeQueries({ queryKey: keys.deliveries.details(scope), type: "inactive" });
      return Promise.all([
        queries.invalidateQueries({ queryKey: keys.events.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.events.all({ tenant: null, named: true }) }),
        queries.invalidateQueries({ queryKey: keys.deliveries.details(scope) }),
      ]);
    },
  });
}

export type EventStep = "republish" | "cancel" | "erase";

/** Each action asks first; `ask` opens the confirmation. */
export function useEventActions(event: PublishedEvent | undefined, ask: (step: EventStep) => void): Action[] {
  const events = useEventWords();
  const mayPublish = useMay("events:publish");
  const mayErase = useMay("payloads:erase");
  if (event === undefined) return [];
  const erased = Boolean(event.payload_erased_at);
  // An event has its first deliveries only; once all of them have ended, there is nothing to cancel.
  const waits =
    event.delivery_count > event.deliveries.length ||
    event.deliveries.some(({ status }) => status === "pending" || status === "retrying");
  const delayed = waits && Boolean(event.deliver_at) && Date.parse(event.deliver_at ?? "") > serverNow();
  const offered: (Action | false)[] = [
    mayPublish && !erased && { id: "event-republish", label: events.republish.action, icon: IconRepeat, letter: "r", run: () => ask("republish") },
    mayPublish && delayed && { id: "event-cancel", label: events.cancel.action, icon: IconBan, destructive: true, run: () => ask("cancel") },
    mayErase && !erased && { id: "event-erase", label: events.erase.action, icon: IconEraser, destructive: true, run: () => ask("erase") },
  ];
  return offered.filter((action) => action !== false);
}
