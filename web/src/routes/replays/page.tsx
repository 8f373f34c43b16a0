//! The replays of a tenant, the open one beside them, and the form of a new one.

import { Button } from "@mantine/core";
import { IconPlus, IconRepeat } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useScreenActions } from "@/actions/registry";
import { keys } from "@/api/keys";
import { keyOf, type Scope } from "@/api/scope";
import type { Replay } from "@/api/types";
import { ChooseTenant } from "@/frame/ChooseTenant";
import { useScope } from "@/frame/useScope";
import { useMay } from "@/session/context";
import { useFormat } from "@/shared/format";
import { ListScreen } from "@/shared/ListScreen";
import { useWalkedRows } from "@/shared/rows";
import { ReplayPanel } from "./detail";
import { NewReplay } from "./form";
import { situationOf } from "./progress";
import { fetchReplays, useLive } from "./queries";
import { replaysRoute } from "./route";
import { ReplayTable } from "./table";
import { useReplayWords } from "./words";

export function ReplaysPage() {
  const words = useReplayWords();
  const scope = useScope();
  if (scope.tenant === null) {
    return (
      <ChooseTenant icon={<IconRepeat size={32} stroke={1.5} />} title={words.chooseTenant} text={words.chooseTenantText} />
    );
  }
  return <Replays key={keyOf(scope)} scope={scope} />;
}

function Replays({ scope }: { scope: Scope }) {
  const words = useReplayWords();
  const { open, new: adding, subscription } = replaysRoute.useSearch();
  const navigate = useNavigate({ from: replaysRoute.fullPath });
  const mayWrite = useMay("replays:write");
  const listed = useWalkedRows<Replay>({
    queryKey: keys.replays.list(scope),
    fetchPage: (cursor, signal) => fetchReplays(scope, cursor, signal),
  });
  const source = useLive(scope, listed);
  const close = () => void navigate({ search: (before) => ({ ...before, open: undefined }) });
  const add = () => void navigate({ search: (before) => ({ ...before, new: true }) });
  const added = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, new: undefined, subscription: undefined, open: id ?? before.open }), replace: true });
  useScreenActions(mayWrite ? [{ id: "replay-new", label: words.add, icon: IconPlus, run: add }] : []);
  const button = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={add}>
      {words.add}
    </Button>
  );
  return (
    <>
      <ListScreen
        answer={source.total !== null && <Answer replays={source.loaded()} />}
        action={source.total !== 0 && button}
        panel={open === undefined ? null : <ReplayPanel key={open} scope={scope} id={open} onClose={close} />}
      >
        <ReplayTable source={source} add={button} />
      </ListScreen>
      {adding && mayWrite && <NewReplay scope={scope} subscription={subscription ?? null} onClose={() => added(undefined)} onStarted={added} />}
    </>
  );
}

function Answer({ replays }: { replays: Replay[] }) {
  const { answer } = useReplayWords();
  const format = useFormat();
  const { running, paused, queued, total } = situationOf(replays);
  const first = running === 0 ? answer.none : answer.running(running, format.number(queued), format.number(total));
  return paused === 0 ? first : `${first} ${answer.paused(paused)}`;
}
