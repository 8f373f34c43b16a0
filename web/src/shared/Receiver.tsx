//! A subscription in one line: its description, by which people recognise it, then its URL; the URL alone without one.

import { Foreign, Url } from "./Foreign";
import classes from "./Receiver.module.css";

interface Props {
  url: string;
  description: string | null | undefined;
}

export function Receiver({ url, description }: Props) {
  if (!description) return <Url address={url} />;
  return (
    <span className={classes.receiver}>
      <Foreign text={description} />
      <span className={classes.url}>
        <Url address={url} />
      </span>
    </span>
  );
}
