//! A body as text: formatted when it is JSON, as it is otherwise. Long bodies are shown in parts.

import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useMessages } from "@/messages/context";
import { Copy } from "./Id";
import { formatJson, type JsonLine } from "./json";
import classes from "./JsonView.module.css";
import { showHidden } from "./text";
import { ByteSize } from "./Time";

const FIRST_LINES = 400;
const MORE_LINES = 4000;
const FIRST_CHARACTERS = 32_768;

interface Props {
  text: string;
  label: string;
  /** The body was cut by the server. */
  cut?: boolean;
}

export function JsonView({ text, label, cut = false }: Props) {
  const { shared } = useMessages();
  const lines = useMemo(() => formatJson(text), [text]);
  const [raw, setRaw] = useState(false);
  const formatted = lines !== null && !raw;
  return (
    <section className={classes.view} aria-label={label}>
      <Group justify="space-between" className={classes.bar}>
        <Text size="xs" c="dimmed">
          <ByteSize count={new Blob([text]).size} />
          {cut && ` · ${shared.body.cut}`}
        </Text>
        <Group gap="xs">
          {lines !== null && (
            <SegmentedControl
              size="xs"
              aria-label={shared.body.form}
              value={raw ? "raw" : "formatted"}
              onChange={(value) => setRaw(value === "raw")}
              data={[
                { value: "formatted", label: shared.body.formatted },
                { value: "raw", label: shared.body.raw },
              ]}
            />
          )}
          <Copy value={text} label={shared.body.copy} />
        </Group>
      </Group>
      {formatted ? <Lines lines={lines} /> : <RawText text={text} />}
    </section>
  );
}

function Lines({ lines }: { lines: JsonLine[] }) {
  const [count, setCount] = useState(FIRST_LINES);
  return (
    <>
      <pre className={classes.text} tabIndex={0}>
        {lines.slice(0, count).map((line, index) => (
          <span key={index} className={classes.line}>
            {"  ".repeat(line.depth)}
            {line.tokens.map((token, position) => (
              <span key={position} className={classes[token.kind]}>
                {showHidden(token.text)}
              </span>
            ))}
            {"\n"}
          </span>
        ))}
      </pre>
      <More left={lines.length - count} unit="lines" onMore={() => setCount(count + MORE_LINES)} />
    </>
  );
}

function RawText({ text }: { text: string }) {
  const [count, setCount] = useState(FIRST_CHARACTERS);
  return (
    <>
      <pre className={classes.text} tabIndex={0}>
        {showHidden(text.slice(0, count))}
      </pre>
      <More
        left={text.length - count}
        unit="characters"
        onMore={() => setCount(count + 8 * FIRST_CHARACTERS)}
      />
    </>
  );
}

function More({ left, unit, onMore }: { left: number; unit: "lines" | "characters"; onMore: () => void }) {
  const { shared } = useMessages();
  if (left <= 0) return null;
  return (
    <Button variant="subtle" onClick={onMore}>
      {shared.body.more[unit](left)}
    </Button>
  );
}
