//! One subscription: its state in a sentence, and its tabs.

import { Button, Group, Skeleton, Tabs, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconSend } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { ActionMenu } from "@/actions/ActionMenu";
import { useScreenActions } from "@/actions/registry";
import { useSubscriptionActions, type Change } from "@/actions/subscription";
import { narrow, type Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Foreign, Url } from "@/shared/Foreign";
import { Page, PageAnswer } from "@/shared/Page";
import { StatusBadge } from "@/shared/StatusBadge";
import { subscriptionState } from "@/shared/status";
import { ChangeDialog } from "../changeDialog";
import { ChooseOwner } from "../chooseTenant";
import { subscriptionQuery } from "../queries";
import { subscriptionRoute, TABS } from "../route";
import { TestDialog } from "../testDialog";
import { Breaker } from "./breaker";
import classes from "./detail.module.css";
import { OldSecret } from "./oldSecret";
import { OverviewTab } from "./overview";
import { Secret } from "./secret";
import { Settings } from "./settings";

const Code = lazy(() => import("./code"));

export function SubscriptionPage() {
  const { id } = subscriptionRoute.useParams();
  const { of } = subscriptionRoute.useSearch();
  const scope = narrow(useScope(), of);
  const subscription = useQuery(subscriptionQuery(scope, id));
  if (scope.tenant === null) return <ChooseOwner />;
  if (subscription.data) return <Detail scope={scope} subscription={subscription.data} />;
  if (subscription.error) return <ObjectFailed error={subscription.error} onRetry={() => void subscription.refetch()} />;
  return (
    <Page>
      <Skeleton height={28} width={320} />
      <Skeleton height={36} />
      <Skeleton height={240} />
    </Page>
  );
}

function Detail({ scope, subscription }: { scope: Scope; subscription: SubscriptionDetail }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  const { tab = "overview", of, created } = subscriptionRoute.useSearch();
  const navigate = useNavigate({ from: subscriptionRoute.fullPath });
  const [asked, setAsked] = useState<Change | "test" | null>(null);
  const mayReadSecret = useMay("secrets:read");
  const mayRotate = useMay("secrets:rotate");
  const actions = useSubscriptionActions(subscription, {
    test: () => setAsked("test"),
    change: setAsked,
    deliveries: () =>
      void navigate({ to: "/deliveries", search: { tenant: scope.tenant ?? undefined, subscription: subscription.id } }),
    edit: () => void navigate({ to: "/subscriptions/$id/edit", params: { id: subscription.id }, search: { of } }),
  }, of);
  useScreenActions(actions);
  const test = actions.find(({ id }) => id === "subscription-test");
  const deliveries = actions.find(({ id }) => id === "subscription-deliveries");
  const phone = useMediaQuery("(max-width: 699px)", undefined, { getInitialValueInEffect: false });
  const inHeader = new Set(["subscription-test", phone ? "" : "subscription-deliveries"]);
  const tabs = TABS.filter((name) => name !== "secret" || mayReadSecret || mayRotate);
  return (
    <Page>
      <PageAnswer
        below={
          <div className={classes.state}>
            <StatusBadge kind="subscription" value={subscriptionState(subscription)} />
            {subscription.description && (
              <span>
                <Url address={subscription.url} />
              </span>
            )}
          </div>
        }
        action={
          <Group gap="sm">
            {deliveries && !phone && (
              <Button variant="subtle" color="gray" px="xs" onClick={deliveries.run}>
                {deliveries.label}
              </Button>
            )}
            {test && (
              <Button leftSection={<IconSend size={16} />} onClick={test.run}>
                {test.label}
              </Button>
            )}
            <ActionMenu actions={actions.filter(({ id }) => !inHeader.has(id))} label={subscriptions.actions.label} />
          </Group>
        }
      >
        {subscription.description ? <Foreign text={subscription.description} /> : <Url address={subscription.url} />}
      </PageAnswer>
      {created && <Text c="var(--pr-good)">{words.created}</Text>}
      <OldSecret scope={scope} id={subscription.id} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) =>
          void navigate({
            search: (before) => ({ ...before, created: undefined, tab: TABS.find((name) => name === value) }),
            replace: true,
            resetScroll: false,
          })
        }
      >
        <Tabs.List className={classes.tabs}>
          {tabs.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {words.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview" pt="lg">
          <OverviewTab scope={scope} subscription={subscription} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" pt="lg">
          <Settings scope={scope} subscription={subscription} />
        </Tabs.Panel>
        <Tabs.Panel value="secret" pt="lg">
          <Secret scope={scope} subscription={subscription} />
        </Tabs.Panel>
        <Tabs.Panel value="code" pt="lg">
          <Suspense fallback={<Skeleton height={320} />}>
            <Code />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="breaker" pt="lg">
          <Breaker scope={scope} subscription={subscription} onReset={() => setAsked("reset")} />
        </Tabs.Panel>
      </Tabs>
      {asked === "test" && <TestDialog scope={scope} subscription={subscription} onClose={() => setAsked(null)} />}
      {asked !== null && asked !== "test" && (
        <ChangeDialog
          scope={scope}
          subscription={subscription}
          change={asked}
          onClose={() => setAsked(null)}
          onDone={(change) => {
            if (change === "delete") void navigate({ to: "/subscriptions" });
          }}
        />
      )}
    </Page>
  );
}
