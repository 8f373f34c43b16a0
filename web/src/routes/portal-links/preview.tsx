//! The head of a portal page in the host's colour, with the text colour that the server computes.

import { Text } from "@mantine/core";
import { contrast, parseColor, textOn } from "@/shared/contrast";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import classes from "./preview.module.css";
import { useLinkWords } from "./words";

interface Props {
  name: string;
  color: string;
  textColor: string;
}

/** The images of the host are not shown: the policy of this page loads none from other origins. */
export function Preview({ name, color, textColor }: Props) {
  const { form: words } = useLinkWords();
  const format = useFormat();
  const ground = parseColor(color) === null ? "#0b6573" : color;
  const text = parseColor(textColor) === null ? (textOn(ground) ?? "#ffffff") : textColor;
  const ratio = contrast(ground, text) ?? 1;
  return (
    <figure className={classes.preview} aria-label={words.preview}>
      <div className={classes.page} aria-hidden="true">
        <div className={classes.head}>
          <span className={classes.mark} style={{ background: ground, color: text }}>
            {Array.from(name.trim())[0]?.toUpperCase() ?? "P"}
          </span>
          <span className={classes.name}>
            <Foreign text={name.trim() || "Postrider"} />
          </span>
          <span className={classes.button} style={{ background: ground, color: text }}>
            {words.previewButton}
          </span>
        </div>
      </div>
      <Text size="xs" c="dimmed" component="figcaption">
        {words.computed(text, format.number(Math.round(ratio * 10) / 10))}
      </Text>
    </figure>
  );
}
