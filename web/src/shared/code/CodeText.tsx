//! Code that is read and copied, not edited.

import { Copy } from "@/shared/Id";
import { showHidden } from "@/shared/text";
import classes from "./CodeText.module.css";

interface Props {
  text: string;
  label: string;
  /** The verb with its object, for example “Copy filter”. */
  copy: string;
}

export function CodeText({ text, label, copy }: Props) {
  return (
    <section className={classes.code} aria-label={label}>
      <pre tabIndex={0} dir="ltr">
        {showHidden(text)}
      </pre>
      <span className={classes.copy}>
        <Copy value={text} label={copy} />
      </span>
    </section>
  );
}
