//! The sentence that the reader came for.

import { Skeleton, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Stats } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { Age } from "@/shared/Time";
import classes from "./overview.module.css";
import type { Situation } from "./queries";

const FAILING = new Set(["failing", "breaker_open", "breaker_half_open", "disabled"]);

interface Props {
  situation: Situation | undefined;
  stats: Stats | undefined;
  paused: boolean;
}

export function Answer({ situation, stats, paused }: Props) {
  const { overview } = useMessages();
  const words = overview.answer;
  const format = useFormat();
  if (situation === undefined) return <Skeleton height={32} maw={560} />;
  const failing = situation.troubles.filter(({ state }) => FAILING.has(state)).length;
  const { waiting, capped, oldestAt } = situation.backlog;
  const count = `${format.number(waiting)}${capped ? "+" : ""}`;
  return (
    <div className={classes.answer}>
      {paused && <Text className={classes.paused}>{words.paused}</Text>}
      <p className={classes.sentence}>
        {failing > 0 ? (
          <Link to="/subscriptions" search={{ health: "failing" }} data-tone="bad">
            {words.failing(format.number(failing), failing === 1)}
          </Link>
        ) : stats?.total.attempts === 0 ? (
          words.idle
        ) : (
          words.fine
        )}
        {waiting > 0 && (
          <>
            {failing > 0 ? "; " : " "}
            <Link to="/deliveries" search={{ status: "retrying", since: "30d" }}>
              {words.waiting(count, waiting === 1 && !capped)}
            </Link>
            {oldestAt && (
              <>
                , {words.oldest} <Age since={oldestAt} />
              </>
            )}
            .
          </>
        )}
        {waiting === 0 && failing > 0 && `; ${words.noneWaiting}.`}
      </p>
    </div>
  );
}
