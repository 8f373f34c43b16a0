//! An editor of a JSON object. The text is kept as it is typed, so that large numbers keep their digits.

import { Button, Group, Textarea } from "@mantine/core";
import type { ReactNode, Ref } from "react";
import { jsonEditor as english } from "@/messages/en/jsonEditor";
import { jsonEditor as spanish } from "@/messages/es/jsonEditor";
import { useWords } from "@/messages/words";
import { prettyJson } from "./json";
import classes from "./JsonEditor.module.css";
import { lineOf, type ObjectText } from "./jsonTree";

interface Props {
  label: string;
  text: string;
  onChange: (text: string) => void;
  /** What the text is, or was a moment ago. */
  read: ObjectText;
  /** A fault that the server found. */
  error?: string | undefined;
  rows: number;
  disabled?: boolean;
  /** Buttons beside “Format”. */
  tools?: ReactNode;
  input?: Ref<HTMLTextAreaElement>;
}

export function JsonEditor({ label, text, onChange, read, error, rows, disabled = false, tools, input }: Props) {
  const words = useWords({ en: english, es: spanish });
  const fault = read.state === "other" ? words.noObject : read.state === "broken" ? syntax() : error;
  return (
    <div className={classes.editor}>
      <Textarea
        ref={input}
        label={label}
        rows={rows}
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        wrap="soft"
        disabled={disabled}
        value={text}
        error={fault}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <Group gap="xs" className={classes.tools}>
        {tools}
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          disabled={read.state !== "object"}
          onClick={() => onChange(prettyJson(text))}
        >
          {words.format}
        </Button>
      </Group>
    </div>
  );

  function syntax(): string {
    const { line, column } = lineOf(text, read.state === "broken" ? read.at : 0);
    return words.syntax(line, column);
  }
}
