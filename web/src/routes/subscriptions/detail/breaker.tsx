//! The circuit breaker, and the receiver's health over the last day.

import { Button, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Scope } from "@/api/scope";
import type { StatsPeriod, SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Facts } from "@/shared/Facts";
import { useFormat } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { Absent, Countdown, Time } from "@/shared/Time";
import { statsQuery } from "../queries";
import classes from "./detail.module.css";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  onReset: () => void;
}

export function Breaker({ scope, subscription, onReset }: Props) {
  const { subscriptions } = useMessages();
  const words = subscriptions.breaker;
  const { breaker } = subscription;
  const mayWrite = useMay("subscriptions:write");
  const stats = useQuery(statsQuery(scope, subscription.id, 1));
  return (
    <Stack gap="xl">
      <section>
        <Title order={3}>{words.title}</Title>
        <Text>{words[breaker.state]}</Text>
        {breaker.reason && <Text c="dimmed">{showHidden(breaker.reason)}</Text>}
        {breaker.next_probe_at && (
          <Text>
            {breaker.state === "half_open" ? words.probing : <>{words.probe} <Countdown until={breaker.next_probe_at} /></>}
          </Text>
        )}
        <Rules rules={subscription.circuit_breaker ?? null} />
        {mayWrite && breaker.state !== "closed" && (
          <Group mt="md">
            <Button variant="default" onClick={onReset}>{subscriptions.actions.reset}</Button>
          </Group>
        )}
      </section>
      <section>
        <Title order={3} mb="sm">
          {words.health}
        </Title>
        <Stack gap="sm">
          <Text component="div">
            <StatusBadge kind="health" value={subscription.health.state} /> · {showHidden(subscription.health.reason)}
          </Text>
          <Facts
            rows={[
              [words.lastSuccess, subscription.last_success_at ? <Time key="success" at={subscription.last_success_at} /> : <Absent key="success" />],
              [words.lastFailure, subscription.last_failure_at ? <Time key="failure" at={subscription.last_failure_at} /> : <Absent key="failure" />],
              subscription.failing_since ? [words.failingSince, <Time key="since" at={subscription.failing_since} />] : null,
            ]}
          />
        </Stack>
      </section>
      <section>
        <Title order={3} mb="sm">
          {words.history}
        </Title>
        <Hours periods={stats.data?.series ?? []} />
      </section>
    </Stack>
  );
}

function Rules({ rules }: { rules: SubscriptionDetail["circuit_breaker"] }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.breaker;
  const format = useFormat();
  if (!rules) return <Text c="dimmed">{words.defaults}</Text>;
  if (!rules.enabled) return <Text c="dimmed">{words.disabled}</Text>;
  const seconds = (count: number) => format.duration(count * 1000);
  return (
    <Text c="dimmed">
      {words.rules} {words.connection(rules.connection_failures)};{" "}
      {words.percent(rules.failure_percent, rules.minimum, seconds(rules.window_seconds))}.{" "}
      {words.pause(seconds(rules.pause_seconds), seconds(rules.longest_pause_seconds))}
    </Text>
  );
}

export function toneOf({ attempts, failed_attempts: failed }: StatsPeriod): "idle" | "good" | "warn" | "bad" {
  if (attempts === 0) return "idle";
  if (failed === 0) return "good";
  return failed * 2 > attempts ? "bad" : "warn";
}

function Hours({ periods }: { periods: StatsPeriod[] }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.breaker;
  const format = useFormat();
  return (
    <ol className={classes.hours} aria-label={words.history}>
      {periods.map((period) => {
        const text =
          period.attempts === 0
            ? words.nothing
            : words.hour(format.number(period.failed_attempts), format.number(period.attempts));
        const label = `${format.dateTime(period.at)}: ${text}`;
        return (
          <Tooltip key={period.at} label={label}>
            <li data-tone={toneOf(period)} tabIndex={0}>
              <span className="visually-hidden">{label}</span>
            </li>
          </Tooltip>
        );
      })}
    </ol>
  );
}
