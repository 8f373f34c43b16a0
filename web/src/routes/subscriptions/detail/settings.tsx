//! The settings of a subscription, and its retry schedule as a line of attempts.

import { Button, Group, Skeleton, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Facts } from "@/shared/Facts";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { showHidden } from "@/shared/text";
import { Absent, Time } from "@/shared/Time";
import { EgressAddresses } from "../egress";
import { RetryLine } from "../retryLine";
import { planQuery } from "../queries";
import { subscriptionRoute } from "../route";
import { Shape } from "./shape";

export function Settings({ scope, subscription }: { scope: Scope; subscription: SubscriptionDetail }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  const { of } = subscriptionRoute.useSearch();
  const mayWrite = useMay("subscriptions:write");
  const plan = useQuery(planQuery(scope, subscription.id));
  const rows = useRows(subscription);
  return (
    <Stack gap="xl">
      <EgressAddresses scope={scope} />
      <Facts rows={rows} />
      <Shape subscription={subscription} />
      <section>
        <Title order={3} mb="sm">
          {words.retryPlan}
        </Title>
        {plan.data ? <RetryLine waits={plan.data.attempts.map(({ delay_seconds }) => delay_seconds)} /> : <Skeleton height={24} maw={400} />}
      </section>
      {mayWrite && (
        <Group>
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/subscriptions/$id/edit" params={{ id: subscription.id }} search={{ of }} {...props} />
            )}
          >
            {subscriptions.actions.edit}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function useRows(subscription: SubscriptionDetail): [string, ReactNode][] {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  const format = useFormat();
  const { rate_limit: rate, headers, custom_metadata: metadata } = subscription;
  const disable = subscription.auto_disable_after_hours;
  return [
    [words.fields.description, subscription.description ? <bdi>{showHidden(subscription.description)}</bdi> : <Absent />],
    [words.fields.events, subscription.events.includes("*") ? subscriptions.allTypes : subscription.events.join(", ")],
    [words.fields.profile, subscription.profile],
    [words.fields.headers, <Pairs pairs={headers} />],
    [words.fields.timeout, words.seconds(subscription.timeout_seconds)],
    [words.fields.retries, subscription.retry_enabled ? format.number(subscription.max_retries) : words.noRetries],
    [
      words.fields.rate,
      rate
        ? words.perPeriod(format.number(rate.limit), words.periods[rate.period] ?? rate.period, format.number(rate.burst))
        : <Absent />,
    ],
    [words.fields.inFlight, subscription.max_in_flight ? format.number(subscription.max_in_flight) : words.default],
    [
      words.fields.disable,
      disable === null || disable === undefined ? words.default : disable === 0 ? words.never : words.hours(disable),
    ],
    [words.fields.onPause, words.onPause[subscription.on_pause]],
    [words.fields.metadata, <Pairs pairs={metadata} />],
    [words.fields.id, <Id value={subscription.id} whole />],
    [words.fields.created, <Time at={subscription.created_at} as="exact" />],
    [words.fields.updated, <Time at={subscription.updated_at} as="exact" />],
  ];
}

function Pairs({ pairs }: { pairs: Record<string, unknown> }) {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return <Absent />;
  return entries.map(([name, value]) => (
    <div key={name}>
      <code>
        {showHidden(name)}: <bdi>{showHidden(typeof value === "string" ? value : JSON.stringify(value))}</bdi>
      </code>
    </div>
  ));
}
