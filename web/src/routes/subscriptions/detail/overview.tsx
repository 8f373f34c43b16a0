//! How the receiver does: the answer, what waits, figures and attempts over time.

import { Group, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Scope } from "@/api/scope";
import type { Stats, SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Figure, Figures as List } from "@/shared/Figures";
import { useFormat, type Format } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { Age, Countdown, Time } from "@/shared/Time";
import { useOrderWords } from "../orderWords";
import { statsQuery } from "../queries";
import { useShapeWords } from "../shapeWords";
import { Blocked, useOrder } from "./blocked";

const AttemptsChart = lazy(() => import("@/shared/charts/AttemptsChart"));

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
}

export function OverviewTab({ scope, subscription }: Props) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  const [days, setDays] = useState<1 | 30>(1);
  const stats = useQuery(statsQuery(scope, subscription.id, days));
  return (
    <Stack gap="xl">
      <Group justify="space-between" align="flex-start">
        <Answer scope={scope} subscription={subscription} />
        <SegmentedControl
          aria-label={words.range.label}
          value={String(days)}
          onChange={(value) => setDays(value === "30" ? 30 : 1)}
          data={[
            { value: "1", label: words.range.day },
            { value: "30", label: words.range.month },
          ]}
        />
      </Group>
      <Blocked scope={scope} subscription={subscription} />
      {stats.data ? <Figures stats={stats.data} /> : <Skeleton height={44} />}
      {stats.error && <ProblemNotice error={stats.error} onRetry={() => void stats.refetch()} />}
      {stats.data?.total.attempts === 0 && <Text c="dimmed">{words.noAttempts}</Text>}
      {stats.data && stats.data.total.attempts > 0 && (
        <Suspense fallback={<Skeleton height={220} />}>
          <AttemptsChart periods={stats.data.series ?? []} unit={days === 1 ? "hour" : "day"} />
        </Suspense>
      )}
    </Stack>
  );
}

function Answer({ scope, subscription }: Props) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail;
  const format = useFormat();
  const { health, backlog, breaker } = subscription;
  const { blocked } = useOrderWords();
  const isBlocked = useOrder(scope, subscription).blocking?.some(({ waiting }) => waiting > 0);
  const working = isBlocked ? blocked.answer : words.answer.healthy;
  const sentence =
    subscription.disabled_reason === "gone"
      ? words.answer.gone
      : subscription.disabled_reason
        ? words.answer.failing
        : !subscription.is_active
          ? words.answer.paused
          : health.state === "healthy" ? working : showHidden(health.reason);
  return (
    <div>
      <Text size="lg" fw={600}>
        <bdi>{sentence}</bdi>
      </Text>
      {health.state !== "healthy" && (
        <Text c="dimmed">
          {words.since} <Time at={health.since} />
          {health.next_step && <bdi> · {showHidden(health.next_step)}</bdi>}
        </Text>
      )}
      {backlog && backlog.waiting > 0 && (
        <Text>
          <Link
            to="/deliveries"
            search={{ tenant: scope.tenant ?? undefined, subscription: subscription.id, since: "all", status: "waiting" }}
          >
            {words.waiting(`${format.number(backlog.waiting)}${backlog.capped ? "+" : ""}`)}
          </Link>
          {backlog.oldest_at && (
            <>
              , {words.oldest} <Age since={backlog.oldest_at} />
            </>
          )}
        </Text>
      )}
      <Chosen subscription={subscription} />
      <Batching subscription={subscription} />
      <Ordered subscription={subscription} />
      {breaker.state === "open" && breaker.next_probe_at && (
        <Text>
          {subscriptions.breaker.probe} <Countdown until={breaker.next_probe_at} />
        </Text>
      )}
    </div>
  );
}

/** A receiver that misses events looks here first: a filter may leave them out. */
function Chosen({ subscription: { id, filter, channels } }: { subscription: SubscriptionDetail }) {
  const { which, show } = useShapeWords();
  const some = which.some(Boolean(filter), channels.length);
  if (some === "") return null;
  return (
    <Text c="dimmed">
      {show.onlySome} {some},{" "}
      <Link to="/subscriptions/$id" params={{ id }} search={(before) => ({ ...before, tab: "settings" as const })} replace>
        {show.see}
      </Link>
      .
    </Text>
  );
}

/** A receiver that gets events late or in arrays looks here first. */
function Batching({ subscription: { id, batching, payload } }: { subscription: SubscriptionDetail }) {
  const { batching: words, show } = useShapeWords();
  const format = useFormat();
  const parts = [
    batching ? words.sends(format.number(batching.max_events), batching.max_wait_ms === 0 ? null : format.duration(batching.max_wait_ms)) : "",
    payload === "reference" ? words.refers : "",
  ].filter((part) => part !== "");
  if (parts.length === 0) return null;
  return (
    <Text c="dimmed">
      {parts.join(" ")}{" "}
      <Link to="/subscriptions/$id" params={{ id }} search={(before) => ({ ...before, tab: "settings" as const })} replace>
        {show.seeSettings}
      </Link>
    </Text>
  );
}

/** A receiver that gets events slowly, or none, looks here first. */
function Ordered({ subscription: { id, ordered } }: { subscription: SubscriptionDetail }) {
  const { sends } = useOrderWords();
  const { seeSettings } = useShapeWords().show;
  if (!ordered) return null;
  return (
    <Text c="dimmed">
      <bdi>{ordered === true ? sends.all : sends.key(showHidden(ordered))}</bdi>{" "}
      <Link to="/subscriptions/$id" params={{ id }} search={(before) => ({ ...before, tab: "settings" as const })} replace>
        {seeSettings}
      </Link>
    </Text>
  );
}

function Figures({ stats }: { stats: Stats }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.detail.figures;
  const { filtered } = useShapeWords().show;
  const format = useFormat();
  return (
    <List>
      {figuresOf(stats, format).map(({ name, value }) => (
        <Figure key={name} label={words[name]}>
          {value}
        </Figure>
      ))}
      {stats.total.filtered > 0 && <Figure label={filtered}>{format.number(stats.total.filtered)}</Figure>}
    </List>
  );
}

type FigureName = "attempts" | "rate" | "failed" | "retries" | "p50" | "p95" | "p99";

function figuresOf({ total }: Stats, format: Format): { name: FigureName; value: string }[] {
  const latency = total.latency_ms;
  const figures: { name: FigureName; value: string }[] = [
    { name: "attempts", value: format.number(total.attempts) },
    { name: "failed", value: format.number(total.failed_attempts) },
    { name: "retries", value: format.number(total.retries) },
  ];
  if (total.success_rate !== null && total.success_rate !== undefined) {
    figures.unshift({ name: "rate", value: format.percent(total.success_rate) });
  }
  if (latency) {
    for (const name of ["p50", "p95", "p99"] as const) figures.push({ name, value: format.duration(latency[name]) });
  }
  return figures;
}
