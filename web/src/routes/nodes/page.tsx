//! The nodes of the installation, its store, what waits, and the log.

import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useScreenActions } from "@/actions/registry";
import type { Overview } from "@/api/types";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { NodeTable } from "@/shared/NodeTable";
import { Page, PageAnswer } from "@/shared/Page";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Age } from "@/shared/Time";
import { BacklogSection } from "./backlog";
import { Load } from "./load";
import { LogSection } from "./log";
import classes from "./page.module.css";
import { liveQuery, readyQuery, usePause } from "./queries";
import { Partitions } from "./partitions";
import { StoreSection } from "./store";
import { Tasks } from "./tasks";
import { useNodeWords } from "./words";

export function NodesPage() {
  const live = useQuery(liveQuery);
  if (live.data === undefined) {
    return (
      <Page>
        {live.error ? (
          <ProblemNotice error={live.error} onRetry={() => void live.refetch()} />
        ) : (
          <Stack>
            <Skeleton height={28} width={420} />
            <Skeleton height={120} />
            <Skeleton height={240} />
          </Stack>
        )}
      </Page>
    );
  }
  return (
    <Page>
      {/* The last good figures stay while the server is away. */}
      {live.error && <ProblemNotice error={live.error} onRetry={() => void live.refetch()} inline />}
      <Head live={live.data} />
      <NodeTable nodes={live.data.nodes} />
      <div className={classes.columns}>
        <StoreSection />
        <Load live={live.data} />
      </div>
      <Tasks />
      <Partitions />
      <BacklogSection backlog={live.data.backlog} />
      <LogSection />
    </Page>
  );
}

function Head({ live }: { live: Overview }) {
  const { actions } = useNodeWords();
  const [asked, setAsked] = useState(false);
  const change = live.paused ? ("resume" as const) : ("pause" as const);
  const icon = live.paused ? IconPlayerPlay : IconPlayerPause;
  useScreenActions([{ id: `nodes-${change}`, label: actions[change], icon, run: () => setAsked(true) }]);
  return (
    <>
      <PageAnswer
        action={
          <Button
            variant={live.paused ? "filled" : "default"}
            leftSection={live.paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
            onClick={() => setAsked(true)}
          >
            {actions[change]}
          </Button>
        }
      >
        <Answer live={live} />
      </PageAnswer>
      {asked && <Change live={live} change={change} onClose={() => setAsked(false)} />}
    </>
  );
}

function Answer({ live }: { live: Overview }) {
  const { answer } = useNodeWords();
  const format = useFormat();
  const ready = useQuery(readyQuery);
  const count = (state: string) => live.nodes.filter((node) => node.state === state).length;
  const lost = count("lost");
  const { waiting, capped, oldest_at: oldest } = live.backlog;
  return (
    <>
      {live.paused && <span data-tone="warn">{answer.paused} </span>}
      {ready.data?.ready === false && <span data-tone="bad">{answer.notReady} </span>}
      {answer.live(count("live"))}
      {lost > 0 && <span data-tone="bad">, {answer.lost(lost)}</span>};{" "}
      {waiting === 0 ? (
        answer.noneWaiting
      ) : (
        <Link to="/deliveries" search={{ status: "pending", order: "oldest", since: "30d" }}>
          {answer.waiting(`${format.number(waiting)}${capped ? "+" : ""}`, waiting === 1)}
        </Link>
      )}
      {waiting > 0 && oldest && (
        <>
          , {answer.oldest} <Age since={oldest} />
        </>
      )}
      .
    </>
  );
}

function Change({ live, change, onClose }: { live: Overview; change: "pause" | "resume"; onClose: () => void }) {
  const { actions, confirm } = useNodeWords();
  const format = useFormat();
  const pause = usePause();
  const waiting = `${format.number(live.backlog.waiting)}${live.backlog.capped ? "+" : ""}`;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={actions[change]}
      action={actions[change]}
      destructive={change === "pause"}
      pending={pause.isPending}
      error={pause.error}
      onConfirm={() => pause.mutate(change, { onSuccess: onClose })}
    >
      <Text>{confirm[change](waiting)}</Text>
    </Confirm>
  );
}
