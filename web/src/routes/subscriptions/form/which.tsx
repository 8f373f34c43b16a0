//! Which events of the chosen types are sent: a filter that is checked while it is typed, and channels.

import { Button, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { Scope } from "@/api/scope";
import { filterTestQuery } from "@/api/trial";
import { Channels } from "@/shared/Channels";
import { CodeEditor } from "@/shared/code/CodeEditor";
import { apply, type Place } from "@/shared/code/position";
import { DocButton } from "@/shared/doc/DocButton";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusShape } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { useShapeWords } from "../shapeWords";
import { placeIn } from "./errors";
import classes from "./form.module.css";
import { Section } from "./section";
import { FILTER_MAX } from "./shape";
import { TrialSelect } from "./trialSelect";
import type { TrialChoice } from "./useTrial";
import type { FormProps } from "./where";

/** Conditions of `docs/filters.md`. */
const EXAMPLES = {
  amount: 'data.amount > 100 && data.currency == "EUR"',
  oneOf: 'data.status in ["paid", "refunded", "disputed"]',
  absent: "!has(data.test) || data.test == false",
} as const;

interface Props extends FormProps {
  scope: Scope;
  trial: TrialChoice;
}

export function Which({ form, scope, trial }: Props) {
  const words = useShapeWords().which;
  const { filter, channels } = form.values;
  const some = words.some(filter.trim() !== "", channels.length);
  const faulty = form.errors.filter !== undefined || form.errors.channels !== undefined;
  return (
    <Section title={words.title} state={some === "" ? words.all : some} used={some !== ""} faulty={faulty}>
      <Filter form={form} scope={scope} trial={trial} />
      <Channels
        value={channels}
        onChange={(changed) => form.setFieldValue("channels", changed)}
        description={words.channelsHelp}
        error={form.errors.channels}
      />
    </Section>
  );
}

function Filter({ form, scope, trial }: Props) {
  const words = useShapeWords().which;
  const format = useFormat();
  const input = useRef<HTMLTextAreaElement>(null);
  const { filter } = form.values;
  const check = useFilterCheck(scope, filter, trial);
  const refused = typeof form.errors.filter === "string" ? form.errors.filter : null;
  const fault = check.fault ?? (refused === null ? null : shiftedTo(filter, placeIn(refused) ?? { line: 1, column: null, message: refused }));
  const length = Array.from(filter).length;
  const fill = (text: string) => {
    if (input.current) apply(input.current, { from: 0, to: filter.length, insert: text, selectFrom: text.length, selectTo: text.length });
  };
  return (
    <>
      <CodeEditor
        label={words.filter}
        description={words.filterHelp}
        placeholder={words.filterHint}
        mode="flow"
        rows={3}
        text={filter}
        onChange={(text) => form.setFieldValue("filter", text)}
        input={input}
        fault={fault}
        error={fault && (fault.placed ? words.place(fault.line, fault.column, showHidden(fault.message)) : showHidden(fault.message))}
        tools={<DocButton name="filters" label={words.reference} />}
      />
      {length > FILTER_MAX * 0.9 && (
        <Text size="xs" c={length > FILTER_MAX ? "var(--pr-bad)" : "dimmed"}>
          {words.long(format.number(length), format.number(FILTER_MAX))}
        </Text>
      )}
      <div className={classes.examples}>
        <Text size="xs" c="dimmed" component="span">
          {words.examples}
        </Text>
        {(Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[]).map((name) => (
          <Button key={name} variant="subtle" size="compact-xs" onClick={() => fill(EXAMPLES[name])}>
            {words.example[name]}
          </Button>
        ))}
      </div>
      {filter.trim() !== "" && (
        <>
          <TrialSelect trial={trial} />
          <Verdict check={check} />
        </>
      )}
    </>
  );
}

interface Fault extends Place {
  message: string;
  /** False for a fault of the whole filter. */
  placed: boolean;
}

interface Check {
  fault: Fault | null;
  matches: boolean | null;
  explanation: string | null;
  pending: boolean;
  error: unknown;
}

function useFilterCheck(scope: Scope, filter: string, { trial }: TrialChoice): Check {
  const [typed] = useDebouncedValue(filter, 300);
  const test = useQuery(filterTestQuery(scope, typed.trim(), trial));
  const settled = typed === filter && test.data !== undefined && typed.trim() !== "";
  const found = settled ? test.data.fault : null;
  return {
    fault: found ? shiftedTo(filter, { line: found.line ?? 1, column: found.column ?? null, message: found.message }, typeof found.line === "number") : null,
    matches: settled ? (test.data.matches ?? null) : null,
    explanation: settled ? (test.data.explanation ?? null) : null,
    pending: !settled && typed.trim() !== "" && !test.error,
    error: test.error,
  };
}

/** The server counts from the first character that is no white space. */
export function shiftedTo(filter: string, { line, column, message }: Place & { message: string }, placed = column !== null): Fault {
  const before = filter.slice(0, filter.length - filter.trimStart().length).split("\n");
  return {
    line: line + before.length - 1,
    column: column === null ? null : column + (line === 1 ? Array.from(before.at(-1) ?? "").length : 0),
    message,
    placed,
  };
}

function Verdict({ check: { fault, matches, explanation, pending, error } }: { check: Check }) {
  const words = useShapeWords().which;
  if (error) return <ProblemNotice error={error} inline />;
  return (
    <div role="status" className={classes.verdict}>
      {fault !== null ? null : pending ? (
        <Text c="dimmed">{words.checking}</Text>
      ) : matches === null ? null : matches ? (
        <Text c="var(--pr-good)">
          <StatusShape shape="check" /> {words.matches}
        </Text>
      ) : (
        <Text c="var(--pr-warn)">
          <StatusShape shape="cross" /> <bdi>{words.differs(showHidden(explanation ?? ""))}</bdi>
        </Text>
      )}
    </div>
  );
}
