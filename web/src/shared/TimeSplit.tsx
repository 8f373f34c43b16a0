//! Where the time of an attempt went: a bar for each part on a common scale, with its name and length.

import { useMessages } from "@/messages/context";
import { Foreign } from "./Foreign";
import { useFormat } from "./format";
import classes from "./TimeSplit.module.css";
import { isReused, splitTime, type Timings } from "./timing";

interface Props {
  timings: Timings | null | undefined;
  /** The receiver's address that the connection went to. */
  remoteIp?: string | null | undefined;
}

/** Draws nothing for an attempt without timings, such as one that was made before they were kept. */
export function TimeSplit({ timings, remoteIp }: Props) {
  const { shared } = useMessages();
  const words = shared.timeSplit;
  const format = useFormat();
  const parts = timings ? splitTime(timings) : [];
  if (!timings || parts.length === 0) return null;
  return (
    <section aria-label={words.title}>
      <div className={classes.head}>
        <span>
          {words.title}
          {isReused(timings) && ` · ${words.reused}`}
        </span>
        {remoteIp && (
          <span className={classes.remote}>
            {words.remote} <Foreign text={remoteIp} />
          </span>
        )}
      </div>
      <dl className={classes.parts}>
        {parts.map(({ name, milliseconds, begin, length, longest }) => (
          <div key={name} className={classes.part} data-longest={longest}>
            <dt>{words[name]}</dt>
            <span
              className={classes.bar}
              aria-hidden="true"
              style={{ marginLeft: `min(${begin}%, calc(100% - 2px))`, width: `${length}%` }}
            />
            <dd className={classes.time}>{format.duration(milliseconds)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
