//! An editor of code: a text area over a copy of its text, which shows the place of a fault. Without a dependency.

import { Text } from "@mantine/core";
import { useId, useMemo, useRef, type KeyboardEvent, type ReactNode, type Ref } from "react";
import { code as en } from "@/messages/en/code";
import { code as es } from "@/messages/es/code";
import { useWords } from "@/messages/words";
import classes from "./CodeEditor.module.css";
import { apply, indent, markedParts, newLine, type Place } from "./position";

interface Props {
  label: string;
  text: string;
  onChange: (text: string) => void;
  rows: number;
  /** `lines` numbers lines and scrolls sideways, and Tab indents. `flow` breaks long lines. */
  mode: "lines" | "flow";
  /** The place of a fault, which is marked. */
  fault?: Place | null | undefined;
  error?: ReactNode;
  description?: ReactNode;
  placeholder?: string;
  /** Buttons on the line of the label. */
  tools?: ReactNode;
  input?: Ref<HTMLTextAreaElement>;
}

export function CodeEditor(props: Props) {
  const { label, text, onChange, rows, mode, fault = null, error, description, placeholder, tools, input } = props;
  const words = useWords({ en, es });
  const id = useId();
  const onKeyDown = useKeys(mode === "lines");
  return (
    <div className={classes.field}>
      <div className={classes.head}>
        <label htmlFor={id}>{label}</label>
        <span className={classes.tools}>{tools}</span>
      </div>
      {description && (
        <Text size="xs" c="dimmed" id={`${id}-help`} component="div">
          {description}
        </Text>
      )}
      <div className={classes.box} data-mode={mode} data-invalid={error ? true : undefined} style={{ maxHeight: 18 * rows * 2 + 18 }}>
        {mode === "lines" && <Numbers text={text} bad={fault?.line ?? null} />}
        <div className={classes.sheet} style={{ minHeight: 18 * rows + 16 }}>
          <Copy text={text} fault={fault} />
          <textarea
            id={id}
            ref={input}
            className={classes.input}
            dir="ltr"
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            autoComplete="off"
            wrap={mode === "lines" ? "off" : "soft"}
            placeholder={placeholder}
            value={text}
            aria-invalid={Boolean(error)}
            aria-describedby={`${id}-help ${id}-keys ${id}-error`}
            onChange={({ currentTarget }) => onChange(currentTarget.value)}
            onKeyDown={onKeyDown}
          />
        </div>
      </div>
      {mode === "lines" && (
        <Text size="xs" c="dimmed" id={`${id}-keys`}>
          {words.keys}
        </Text>
      )}
      <div id={`${id}-error`} role="status">
        {error && (
          <Text c="var(--pr-bad)" component="div">
            {error}
          </Text>
        )}
      </div>
    </div>
  );
}

/** Esc lets the next Tab leave the editor, so that the keyboard is never caught in it. */
function useKeys(indents: boolean) {
  const leaving = useRef(false);
  return (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (!indents) return;
    const { key, currentTarget: input, shiftKey, altKey, ctrlKey, metaKey } = event;
    const plain = !shiftKey && !altKey && !ctrlKey && !metaKey;
    if (key === "Escape") {
      leaving.current = true;
      return;
    }
    const left = leaving.current;
    if (key !== "Shift") leaving.current = false;
    if (!plain || event.nativeEvent.isComposing) return;
    if (key === "Tab" && !left) {
      event.preventDefault();
      apply(input, indent(input.value, input.selectionStart, input.selectionEnd));
    } else if (key === "Enter") {
      event.preventDefault();
      apply(input, newLine(input.value, input.selectionStart, input.selectionEnd));
    }
  };
}

function Numbers({ text, bad }: { text: string; bad: number | null }) {
  const count = useMemo(() => text.split("\n").length, [text]);
  const range = (from: number, to: number) => Array.from({ length: Math.max(to - from + 1, 0) }, (_, index) => from + index).join("\n");
  const marked = bad === null ? null : Math.min(Math.max(bad, 1), count);
  return (
    <pre className={classes.numbers} aria-hidden="true">
      {marked === null ? (
        range(1, count)
      ) : (
        <>
          {range(1, marked - 1)}
          {marked > 1 && "\n"}
          <span data-bad>{marked}</span>
          {marked < count && "\n"}
          {range(marked + 1, count)}
        </>
      )}
    </pre>
  );
}

/** The same text below the text area: it gives the sheet its size, and carries the mark. */
function Copy({ text, fault }: { text: string; fault: Place | null }) {
  const parts = useMemo(() => (fault === null ? null : markedParts(text, fault)), [text, fault]);
  return (
    <pre className={classes.copy} dir="ltr" aria-hidden="true">
      {parts === null ? (
        text
      ) : (
        <>
          {parts.before}
          <span className={classes.badLine}>
            {parts.head}
            {fault?.column !== null && <mark className={classes.mark}>{parts.mark || " "}</mark>}
            {parts.tail}
          </span>
          {parts.after}
        </>
      )}
      {"\n"}
    </pre>
  );
}
