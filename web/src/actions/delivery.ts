//! Actions on a delivery.

import { notifications } from "@mantine/notifications";
import { IconBan, IconSend, IconTerminal2, IconWebhook } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { narrow, tenantHeader, type Scope } from "@/api/scope";
import type { Delivery } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import type { Action } from "./action";

interface Known {
  id: string;
  tenant_id?: string;
  status: Delivery["status"];
}

/** Sends a delivery again; a delivered one needs `force`. */
export function retryDelivery(scope: Scope, { id, tenant_id, status }: Known) {
  return call(
    api.POST("/api/v1/webhooks/deliveries/{id}/retry", {
      params: { path: { id }, header: tenantHeader(narrow(scope, tenant_id)) },
      body: status === "success" ? { force: true } : {},
    }),
  );
}

export function useResend(scope: Scope) {
  const queries = useQueryClient();
  const { deliveries } = useMessages();
  return useMutation({
    mutationFn: (delivery: Known) => retryDelivery(scope, delivery),
    onSuccess: ({ queued }) => {
      notifications.show({ message: queued ? deliveries.detail.queued : deliveries.detail.resent });
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
      ]),
  });
}

export function useCancelDelivery(scope: Scope) {
  const queries = useQueryClient();
  const { deliveries } = useMessages();
  return useMutation({
    mutationFn: ({ id }: Known) =>
      call(
        api.POST("/api/v1/webhooks/deliveries/{id}/cancel", {
          params: { path: { id }, header: tenantHeader(scope) },
        }),
      ),
    onSuccess: () => notifications.show({ message: deliveries.detail.cancelled }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.deliveries.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
      ]),
  });
}

interface Handlers {
  resend: () => void;
  cancel: () => void;
  /** Null while the request is not known. */
  copyCurl: (() => void) | null;
  openSubscription: () => void;
}

export function useDeliveryActions(delivery: Delivery | undefined, handlers: Handlers): Action[] {
  const { deliveries } = useMessages();
  const words = deliveries.detail;
  const mayRetry = useMay("deliveries:retry");
  const mayCancel = useMay("deliveries:cancel");
  if (delivery === undefined) return [];
  const waiting = delivery.status === "pending" || delivery.status === "retrying";
  const actions: Action[] = [];
  if (mayRetry && delivery.status !== "pending") {
    actions.push({
      id: "delivery-resend",
      label: waiting ? words.resendNow : words.resend,
      icon: IconSend,
      letter: "r",
      run: handlers.resend,
    });
  }
  if (handlers.copyCurl !== null) {
    actions.push({ id: "delivery-curl", label: words.curl, icon: IconTerminal2, letter: "c", run: handlers.copyCurl });
  }
  actions.push({
    id: "delivery-subscription",
    label: words.openSubscription,
    icon: IconWebhook,
    run: handlers.openSubscription,
  });
  if (mayCancel && waiting) {
    actions.push({ id: "delivery-cancel", label: words.cancel, icon: IconBan, destructive: true, run: handlers.cancel });
  }
  return actions;
}
