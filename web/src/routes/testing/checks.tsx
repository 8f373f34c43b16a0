//! What the server says about the event before it is sent: the sentence above the form, and each misfit with its place.

import { Text, UnstyledButton } from "@mantine/core";
import type { RefObject } from "react";
import type { Violation } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { useFormat } from "@/shared/format";
import { lineOf, nodeAt } from "@/shared/jsonTree";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusShape } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import page from "@/shared/Page.module.css";
import classes from "./testing.module.css";
import type { Draft } from "./useDraft";

export function Answer({ type, draft }: { type: string | null; draft: Draft }) {
  const words = useWords({ en: english, es: spanish }).answer;
  const format = useFormat();
  const { preview, read } = draft;
  const sentence = () => {
    if (type === null) return words.chooseType;
    if (draft.loading) return words.checking;
    if (read.state !== "object") return words.broken;
    if (preview === undefined) return draft.previewError ? "" : words.checking;
    const unknown = preview.violations.some(({ path }) => path === "type");
    const first = preview.valid ? words.fits : unknown ? words.unknown : words.misfits(preview.violations.length);
    const count = preview.deliveries;
    const second = count === 0 ? words.nobody : words.receivers(format.number(count), count === 1);
    return `${first}; ${second}.`;
  };
  return (
    <p className={page.answer} aria-live="polite">
      {sentence()}
    </p>
  );
}

interface Props {
  draft: Draft;
  editor: RefObject<HTMLTextAreaElement | null>;
}

export function Misfits({ draft, editor }: Props) {
  const words = useWords({ en: english, es: spanish });
  const { preview, previewError } = draft;
  if (draft.read.state !== "object") return null;
  if (preview === undefined) return previewError ? <ProblemNotice error={previewError} inline /> : null;
  if (preview.valid) {
    return (
      <Text className={classes.fits}>
        <StatusShape shape="check" /> {words.fits}
      </Text>
    );
  }
  return (
    <section aria-label={words.checks} className={classes.misfits}>
      <ul>
        {preview.violations.map((violation, index) => (
          <Misfit key={index} violation={violation} draft={draft} editor={editor} />
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        {preview.accepted ? words.accepted : words.strict}
      </Text>
    </section>
  );
}

/** The violation with its line; a click selects the value in the editor. */
function Misfit({ violation, draft, editor }: Props & { violation: Violation }) {
  const words = useWords({ en: english, es: spanish });
  const { path, message } = violation;
  const text = (
    <>
      <span className={classes.path}>
        <bdi>{showHidden(path)}</bdi>
      </span>
      <span className={classes.message}>
        <bdi>{showHidden(message)}</bdi>
      </span>
    </>
  );
  const place = path === "type" ? null : placeOf(draft, path);
  if (place === null) return <li className={classes.misfit}>{text}</li>;
  const select = () => {
    editor.current?.focus();
    editor.current?.setSelectionRange(place.start, place.end);
  };
  return (
    <li>
      <UnstyledButton className={classes.misfit} onClick={select}>
        {text}
        <span className={classes.line}>{words.place(place.line)}</span>
      </UnstyledButton>
    </li>
  );
}

function placeOf({ read, text, settled }: Draft, path: string) {
  if (read.state !== "object" || !settled) return null;
  const { start, end } = nodeAt(read.node, path.replace(/^data/, ""));
  return { start, end, line: lineOf(text, start).line };
}
