//! Text of others in one line: isolated from its surroundings, cut by CSS, with its hidden characters visible.

import { showHidden, splitUrl } from "./text";
import classes from "./Foreign.module.css";

export function Foreign({ text }: { text: string }) {
  const visible = showHidden(text);
  return (
    <bdi className={classes.line} title={visible}>
      {visible}
    </bdi>
  );
}

/** A URL whose host is prominent. It is text, never a link. */
export function Url({ address }: { address: string }) {
  const { host, path } = splitUrl(address);
  return (
    <bdi className={classes.line} title={showHidden(address)}>
      {showHidden(host)}
      <span className={classes.path}>{showHidden(path)}</span>
    </bdi>
  );
}
