//! The open replay: how far it is, how fast it goes, what it sends, and its buttons.

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconBan, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Action } from "@/actions/action";
import { ActionMenu } from "@/actions/ActionMenu";
import { useActionKeys, useScreenActions } from "@/actions/registry";
import type { Scope } from "@/api/scope";
import type { ReplayDetail } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useMay } from "@/session/context";
import { Confirm } from "@/shared/Confirm";
import { Facts } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { Id } from "@/shared/Id";
import { Panel } from "@/shared/Panel";
import { ReceiverOf } from "@/shared/ReceiverOf";
import { Absent, Time } from "@/shared/Time";
import { leftOf, remainingOf, totalOf } from "./progress";
import { replayQuery, useReplayChange, type ReplayChange } from "./queries";
import { selectionText } from "./selection";
import { ReplayMeter } from "./table";
import { useSpeed } from "./useSpeed";
import { useReplayWords } from "./words";

interface Props {
  scope: Scope;
  id: string;
  onClose: () => void;
}

export function ReplayPanel({ scope, id, onClose }: Props) {
  const { detail } = useReplayWords();
  const replay = useQuery(replayQuery(scope, id));
  return (
    <Panel label={detail.label} onClose={onClose} title={replay.data && <ReceiverOf scope={scope} id={replay.data.subscription_id} />}>
      {replay.data ? (
        <Body scope={scope} replay={replay.data} />
      ) : replay.error ? (
        <ObjectFailed error={replay.error} onRetry={() => void replay.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={24} />
          <Skeleton height={16} />
          <Skeleton height={240} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ scope, replay }: { scope: Scope; replay: ReplayDetail }) {
  const { detail } = useReplayWords();
  const [asked, setAsked] = useState<ReplayChange | null>(null);
  const actions = useReplayActions(replay, setAsked);
  useScreenActions(actions);
  const onKeyDown = useActionKeys(actions);
  const main = actions.find(({ destructive }) => !destructive);
  return (
    <Stack gap="lg" onKeyDown={onKeyDown}>
      <Answer replay={replay} />
      <ReplayMeter replay={replay} />
      {replay.reason && (
        <Text c="var(--pr-warn)" component="div">
          <Foreign text={replay.reason} />
        </Text>
      )}
      {replay.state === "running" && <Pace replay={replay} />}
      {actions.length > 0 && (
        <Group gap="sm" justify="space-between">
          {main && (
            <Button variant="default" leftSection={main.icon && <main.icon size={16} />} onClick={main.run}>
              {main.label}
            </Button>
          )}
          <ActionMenu actions={actions} />
        </Group>
      )}
      <What replay={replay} />
      <Text>
        <Link to="/deliveries" search={{ subscription: replay.subscription_id, since: "30d" }}>
          {detail.deliveries}
        </Link>
      </Text>
      {asked !== null && <Change scope={scope} replay={replay} change={asked} onClose={() => setAsked(null)} />}
    </Stack>
  );
}

function Answer({ replay }: { replay: ReplayDetail }) {
  const { answer } = useReplayWords().detail;
  const format = useFormat();
  const { queued, total, left } = figuresOf(replay, format.number);
  const texts: Record<ReplayDetail["state"], string> = {
    running: answer.running(queued, total),
    paused: answer.paused(left),
    completed: answer.completed(queued),
    cancelled: answer.cancelled(queued, left),
    failed: answer.failed(queued),
  };
  return (
    <Text size="md" fw={600}>
      {texts[replay.state]}
    </Text>
  );
}

function figuresOf(replay: ReplayDetail, number: (value: number) => string) {
  const more = replay.count_is_lower_bound ? "+" : "";
  return { queued: number(replay.queued), total: number(totalOf(replay)) + more, left: number(leftOf(replay)) + more };
}

/** The receiver's queue at which a replay waits. */
const FULL = 5000;

function Pace({ replay }: { replay: ReplayDetail }) {
  const { detail } = useReplayWords();
  const format = useFormat();
  const speed = useSpeed(replay);
  const left = remainingOf(replay, speed);
  return (
    <div>
      <Facts
        rows={[
          [detail.speed, speed === null ? detail.measuring : detail.perSecond(format.number(Math.round(speed)))],
          [detail.end, left === null ? <Absent /> : format.duration(left)],
        ]}
      />
      {replay.waiting >= FULL && (
        <Text c="dimmed" mt="xs">
          {detail.waitsForReceiver}
        </Text>
      )}
    </div>
  );
}

function What({ replay }: { replay: ReplayDetail }) {
  const words = useReplayWords();
  const { detail } = words;
  const format = useFormat();
  const { position } = replay;
  return (
    <Facts
      rows={[
        [detail.what, selectionText(replay, words.what, format)],
        [
          detail.subscription,
          <Link key="subscription" to="/subscriptions/$id" params={{ id: replay.subscription_id }}>
            <Id value={replay.subscription_id} whole copy={false} />
          </Link>,
        ],
        [detail.waiting, `${format.number(replay.waiting)}${replay.waiting >= 10_000 ? "+" : ""}`],
        replay.skipped > 0 && [detail.skipped, `${format.number(replay.skipped)} (${detail.skippedWhy})`],
        [detail.limit, replay.rate ? detail.perSecond(format.number(replay.rate)) : detail.noLimit],
        position.reached_at
          ? [
              detail.position,
              <span key="position">
                {detail.parts[position.part] ?? position.part} <Time at={position.reached_at} as="exact" />
              </span>,
            ]
          : null,
        [detail.started, <Time key="started" at={replay.created_at} as="exact" />],
        replay.ended_at ? [detail.ended, <Time key="ended" at={replay.ended_at} as="exact" />] : [detail.changed, <Time key="changed" at={replay.updated_at} />],
        [detail.id, <Id key="id" value={replay.id} whole />],
      ]}
    />
  );
}

function useReplayActions(replay: ReplayDetail, ask: (change: ReplayChange) => void): Action[] {
  const { actions } = useReplayWords();
  const mayWrite = useMay("replays:write");
  const { state } = replay;
  if (!mayWrite || (state !== "running" && state !== "paused")) return [];
  return [
    state === "running"
      ? { id: "replay-pause", label: actions.pause, icon: IconPlayerPause, letter: "p", run: () => ask("pause") }
      : { id: "replay-resume", label: actions.resume, icon: IconPlayerPlay, letter: "p", run: () => ask("resume") },
    { id: "replay-cancel", label: actions.cancel, icon: IconBan, destructive: true, run: () => ask("cancel") },
  ];
}

function Change({ scope, replay, change, onClose }: { scope: Scope; replay: ReplayDetail; change: ReplayChange; onClose: () => void }) {
  const { confirm, actions } = useReplayWords();
  const format = useFormat();
  const mutation = useReplayChange(scope, replay.id);
  const { queued, left } = figuresOf(replay, format.number);
  const texts = { pause: confirm.pause(left), resume: confirm.resume(left), cancel: confirm.cancel(left) + (replay.queued > 0 ? ` ${confirm.queued(queued)}` : "") };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={actions[change]}
      action={actions[change]}
      destructive={change === "cancel"}
      pending={mutation.isPending}
      error={mutation.error}
      onConfirm={() => mutation.mutate(change, { onSuccess: onClose })}
    >
      <Text>{texts[change]}</Text>
    </Confirm>
  );
}
