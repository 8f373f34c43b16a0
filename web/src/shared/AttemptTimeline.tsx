//! The attempts of a delivery as a line: received, attempts with the waits between them, and the next one counting down.

import { useMessages } from "@/messages/context";
import classes from "./AttemptTimeline.module.css";
import { useFormat } from "./format";
import { Countdown, Time } from "./Time";

export interface TimelineAttempt {
  number: number;
  at: string;
  succeeded: boolean;
  /** `HTTP 500`, or the failure in a few words. */
  result: string;
}

interface Props {
  receivedAt: string;
  attempts: TimelineAttempt[];
  /** Time of the next attempt; null when nothing more will be sent. */
  nextAt: string | null;
  chosen?: number | undefined;
  onChoose?: (number: number) => void;
}

export function AttemptTimeline({ receivedAt, attempts, nextAt, chosen, onChoose }: Props) {
  const { deliveries } = useMessages();
  const words = deliveries.timeline;
  const last = attempts.at(-1)?.at ?? receivedAt;
  return (
    <ol className={classes.line} aria-label={words.label}>
      <li className={classes.step} data-state="start">
        <span className={classes.point}>
          <span className={classes.mark} aria-hidden="true" />
          <span className={classes.name}>{words.received}</span>
          <span className={classes.when}>
            <Time at={receivedAt} as="clock" />
          </span>
        </span>
      </li>
      {attempts.map((attempt, index) => {
        const wait = Date.parse(attempt.at) - Date.parse(attempts[index - 1]?.at ?? receivedAt);
        return (
          <li key={attempt.number} className={classes.step} data-state={attempt.succeeded ? "good" : "bad"}>
            <Wait milliseconds={wait} />
            <button
              type="button"
              className={classes.point}
              aria-pressed={chosen === attempt.number}
              onClick={() => onChoose?.(attempt.number)}
            >
              <span className={classes.mark}>{attempt.number}</span>
              <span className={classes.name}>{attempt.result}</span>
              <span className={classes.when}>
                <Time at={attempt.at} as="clock" />
              </span>
            </button>
          </li>
        );
      })}
      {nextAt !== null && (
        <li className={classes.step} data-state="next">
          <Wait milliseconds={Date.parse(nextAt) - Date.parse(last)} />
          <span className={classes.point}>
            <span className={classes.mark} aria-hidden="true" />
            <span className={classes.name}>{words.next}</span>
            <span className={classes.when}>
              <Countdown until={nextAt} />
            </span>
          </span>
        </li>
      )}
    </ol>
  );
}

function Wait({ milliseconds }: { milliseconds: number }) {
  const format = useFormat();
  const { deliveries } = useMessages();
  if (!(milliseconds >= 1000)) return <span className={classes.wait} aria-hidden="true" />;
  return (
    <span className={classes.wait} aria-label={deliveries.timeline.waited(format.duration(milliseconds))}>
      {format.duration(milliseconds)}
    </span>
  );
}
