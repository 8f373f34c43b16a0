//! A dry run and what came of it: the request beside the body before, the console, and the fault.

import { Button, Group, Text } from "@mantine/core";
import { useMessages } from "@/messages/context";
import { useFormat } from "@/shared/format";
import { HttpMessage } from "@/shared/HttpMessage";
import { JsonView } from "@/shared/JsonView";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusShape } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { useShapeWords } from "../shapeWords";
import classes from "./form.module.css";
import { MASKED } from "./shape";
import { TrialSelect } from "./trialSelect";
import type { DryRun, DryRunResult } from "./useDryRun";
import type { TrialChoice } from "./useTrial";
import type { Values } from "./values";

export function TryIt({ run, trial, values }: { run: DryRun; trial: TrialChoice; values: Values }) {
  const words = useShapeWords().tryIt;
  const key = values.routingKey.trim();
  const placeholder = values.form === "template" && values.template === "pagerduty" && (key === "" || key === MASKED);
  return (
    <>
      <div className={classes.trial}>
        <TrialSelect trial={trial} />
        <Button variant="default" disabled={!run.ready} loading={run.pending} onClick={run.start}>
          {words.action}
        </Button>
      </div>
      <Text size="xs" c="dimmed">
        {words.text} {placeholder && words.placeholder}
      </Text>
      {run.error && <ProblemNotice error={run.error} inline />}
      {run.data && <Result data={run.data} changed={run.changed} />}
    </>
  );
}

function Result({ data: { result, before }, changed }: { data: DryRunResult; changed: boolean }) {
  const shape = useShapeWords();
  const words = shape.tryIt;
  const format = useFormat();
  const { deliveries } = useMessages();
  const { fault, request, console: lines, duration_ms: took } = result;
  const good = result.result !== "fails";
  return (
    <section className={classes.dryRun} aria-label={words.result} data-old={changed || undefined}>
      <div role="status">
        <Text c={good ? "var(--pr-good)" : "var(--pr-bad)"}>
          <StatusShape shape={good ? "check" : "cross"} /> {words[result.result]}
        </Text>
        {fault && (
          <Text c="var(--pr-bad)" className={classes.fault}>
            <bdi>{typeof fault.line === "number" ? shape.which.place(fault.line, fault.column ?? null, showHidden(fault.message)) : showHidden(fault.message)}</bdi>
          </Text>
        )}
        {changed && <Text c="var(--pr-warn)">{words.changed}</Text>}
      </div>
      {typeof took === "number" && (
        <Text size="xs" c="dimmed">
          {words.took(format.duration(took))}
        </Text>
      )}
      {lines.length > 0 && (
        <div>
          <Text size="xs" c="dimmed">
            {words.console}
          </Text>
          <pre className={classes.console} tabIndex={0} aria-label={words.console}>
            {lines.map(showHidden).join("\n")}
          </pre>
        </div>
      )}
      {request && (
        <Group align="stretch" gap="md" className={classes.both}>
          {before !== null && (
            <div>
              <h4>{words.before}</h4>
              <JsonView text={before} label={words.before} />
            </div>
          )}
          <div>
            <h4>{words.after}</h4>
            <HttpMessage
              title={words.after}
              line={`${request.method} ${showHidden(request.url)}`}
              headers={request.headers}
              body={request.body}
              noBody={deliveries.detail.noBody}
            />
          </div>
        </Group>
      )}
    </section>
  );
}
