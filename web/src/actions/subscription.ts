//! Actions on a subscription.

import { notifications } from "@mantine/notifications";
import { IconEdit, IconList, IconPlayerPause, IconPlayerPlay, IconPlugConnected, IconSend, IconTestPipe, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { Subscription } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import type { Action } from "./action";

export type Change = "pause" | "activate" | "reset" | "delete";

export function useSubscriptionChange(scope: Scope) {
  const queries = useQueryClient();
  const { subscriptions } = useMessages();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: Change }): Promise<unknown> => {
      const params = { path: { id }, header: tenantHeader(scope) };
      switch (change) {
        case "pause":
          return call(api.POST("/api/v1/webhooks/subscriptions/{id}/pause", { params }));
        case "activate":
          return call(api.POST("/api/v1/webhooks/subscriptions/{id}/activate", { params }));
        case "reset":
          return call(api.POST("/api/v1/webhooks/subscriptions/{id}/breaker/reset", { params }));
        case "delete":
          return call(api.DELETE("/api/v1/webhooks/subscriptions/{id}", { params }));
      }
    },
    onSuccess: (_, { change }) => notifications.show({ message: subscriptions.changed[change] }),
    onSettled: (_, __, { id, change }) => {
      // The page of a deleted subscription must not ask for it again.
      if (change === "delete") queries.removeQueries({ queryKey: keys.subscriptions.detail(scope, id) });
      return Promise.all([
        queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.all({ tenant: null, named: true }) }),
        queries.invalidateQueries({ queryKey: keys.overview() }),
      ]);
    },
  });
}

export function useTest(scope: Scope) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      call(
        api.POST("/api/v1/webhooks/subscriptions/{id}/test", {
          params: { path: { id }, header: tenantHeader(scope) },
          body: {},
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.subscriptions.all(scope) }),
  });
}

interface Handlers {
  test: () => void;
  deliveries: () => void;
  edit: () => void;
  change: (change: Change) => void;
}

/** `of` names the owner of a subscription that is not in the tenant of the screen. */
export function useSubscriptionActions(
  subscription: (Subscription & { tenant_id?: string }) | undefined,
  handlers: Handlers,
  of?: string,
): Action[] {
  const { subscriptions } = useMessages();
  const navigate = useNavigate();
  const words = subscriptions.actions;
  const mayWrite = useMay("subscriptions:write");
  const mayTest = useMay("test:send");
  if (subscription === undefined) return [];
  const actions: Action[] = [];
  if (mayTest) {
    actions.push({ id: "subscription-test", label: words.test, icon: IconSend, letter: "t", run: handlers.test });
    actions.push({
      id: "subscription-tool",
      label: words.tool,
      icon: IconTestPipe,
      run: () => void navigate({ to: "/testing", search: { subscription: subscription.id, of: subscription.tenant_id ?? of } }),
    });
  }
  actions.push({
    id: "subscription-deliveries",
    label: words.deliveries,
    icon: IconList,
    letter: "d",
    run: handlers.deliveries,
  });
  if (!mayWrite) return actions;
  actions.push({ id: "subscription-edit", label: words.edit, icon: IconEdit, letter: "e", run: handlers.edit });
  if (subscription.breaker.state !== "closed") {
    actions.push({
      id: "subscription-reset",
      label: words.reset,
      icon: IconPlugConnected,
      run: () => handlers.change("reset"),
    });
  }
  actions.push(
    subscription.is_active
      ? { id: "subscription-pause", label: words.pause, icon: IconPlayerPause, run: () => handlers.change("pause") }
      : { id: "subscription-activate", label: words.activate, icon: IconPlayerPlay, run: () => handlers.change("activate") },
    {
      id: "subscription-delete",
      label: words.delete,
      icon: IconTrash,
      destructive: true,
      run: () => handlers.change("delete"),
    },
  );
  return actions;
}
