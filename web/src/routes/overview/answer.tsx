//! The sentence that the reader came for.

import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useFormat } from "@/shared/format";
import { PageAnswer } from "@/shared/Page";
import { Age } from "@/shared/Time";
import type { Backlog, Troubled } from "./queries";
import { useOverviewWords } from "./words";

interface Props {
  troubled: Troubled | undefined;
  backlog: Backlog | undefined;
  /** True when nothing was attempted in the chosen time. */
  idle: boolean;
  /** Some deliveries of the chosen time failed. */
  lost: boolean | undefined;
  paused: boolean;
}

export function Answer({ troubled, backlog, idle, lost, paused }: Props) {
  const overview = useOverviewWords();
  const words = overview.answer;
  const format = useFormat();
  if (troubled === undefined || backlog === undefined || lost === undefined) return <Skeleton height={28} maw={560} />;
  const failing = troubled.failing.length;
  const { waiting, capped, oldestAt } = backlog;
  const shown = (count: number, more: boolean) => `${format.number(count)}${more ? "+" : ""}`;
  return (
    <PageAnswer>
      {paused && <span data-tone="warn">{words.paused} </span>}
      {failing > 0 ? (
        <Link to="/subscriptions" search={{ health: "failing" }} data-tone="bad">
          {words.failing(shown(failing, troubled.more), failing === 1)}
        </Link>
      ) : idle ? (
        words.idle
      ) : (
        words[lost || troubled.degraded > 0 ? "noneFailing" : "fine"]
      )}
      {waiting > 0 && (
        <>
          {failing > 0 ? "; " : " "}
          <Link to="/deliveries" search={{ status: "waiting", since: "all" }}>
            {words.waiting(shown(waiting, capped), waiting === 1 && !capped)}
          </Link>
          {oldestAt && (
            <>
              ,{" "}
              <Link to="/deliveries" search={{ status: "waiting", since: "all", order: "oldest" }}>
                {words.oldest} <Age since={oldestAt} />
              </Link>
            </>
          )}
          .
        </>
      )}
      {waiting === 0 && failing > 0 && `; ${words.noneWaiting}.`}
    </PageAnswer>
  );
}
