//! The form of requests: a template or a script that changes the body, and method, path, query, compression and the version of HTTP.

import { SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import type { Scope } from "@/api/scope";
import { CodeEditor } from "@/shared/code/CodeEditor";
import { DocButton } from "@/shared/doc/DocButton";
import { useFormat } from "@/shared/format";
import { showHidden } from "@/shared/text";
import { useShapeWords } from "../shapeWords";
import { conflictWithBatching } from "./batching";
import { placeIn } from "./errors";
import classes from "./form.module.css";
import { Query } from "./pairs";
import { Section } from "./section";
import { MASKED, PRIORITIES, requestOf, SCRIPT_MAX, SEVERITIES, TEMPLATES } from "./shape";
import { TryIt } from "./tryIt";
import { useDryRun } from "./useDryRun";
import type { TrialChoice } from "./useTrial";
import type { FormProps } from "./where";

interface Props extends FormProps {
  scope: Scope;
  trial: TrialChoice;
}

const FIELDS = ["transformation", "template", "options", "script", "request", "method", "path", "query", "compression", "httpVersion"];

export function ShapeSection({ form, scope, trial }: Props) {
  const words = useShapeWords().form;
  const { values } = form;
  const { form: kind } = values;
  const run = useDryRun(scope, values, trial.trial);
  // The server refuses these with batches, whose requests are not made for one event.
  const excluded = kind === "none" && (values.batching || values.payload === "reference");
  const fixedUrl = values.batching && conflictWithBatching(values) === null;
  const used = kind !== "none" || requestOf(values) !== null || values.compression !== "none" || values.httpVersion !== "auto";
  const parts = [
    kind === "template" ? words.templates[values.template]?.[0] : kind === "script" ? words.kinds.script : "",
    requestOf(values) === null ? "" : `${values.method} ${values.path}`.trim(),
    values.compression === "none" ? "" : values.compression,
    values.httpVersion === "auto" ? "" : words.httpVersions[values.httpVersion],
  ].filter((part) => part);
  return (
    <Section
      title={words.title}
      state={used ? parts.join(" · ") : words.asProfile}
      used={used}
      faulty={FIELDS.some((name) => form.errors[name] !== undefined)}
    >
      <SegmentedControl
        aria-label={words.kind}
        aria-describedby={kind === "none" ? "transformation-help" : undefined}
        data={(["none", "template", "script"] as const).map((value) => ({ value, label: words.kinds[value], disabled: excluded && value !== "none" }))}
        {...form.getInputProps("form")}
      />
      {kind === "none" && (
        <Text id="transformation-help" c="dimmed">
          {values.batching ? words.notBatched : excluded ? words.notByReference : words.noneHelp}
        </Text>
      )}
      {kind === "template" && <Template form={form} />}
      {kind === "script" && <Script form={form} fault={run.scriptFault} />}
      <div className={classes.row}>
        <Select label={words.method} allowDeselect={false} data={["POST", "PUT", "PATCH"]} {...form.getInputProps("method")} />
        <Select
          label={words.compression}
          allowDeselect={false}
          data={(["none", "gzip", "zstd"] as const).map((value) => ({ value, label: words.compressions[value] }))}
          {...form.getInputProps("compression")}
        />
        <Select
          label={words.httpVersion}
          allowDeselect={false}
          data={(["auto", "http1.1", "http2"] as const).map((value) => ({ value, label: words.httpVersions[value] }))}
          {...form.getInputProps("httpVersion")}
        />
      </div>
      <TextInput
        label={words.path}
        description={fixedUrl ? words.notBatchedUrl : words.pathHelp}
        disabled={fixedUrl && values.path === ""}
        placeholder={words.pathHint}
        spellCheck={false}
        {...form.getInputProps("path")}
      />
      <Query form={form} fixed={fixedUrl} />
      {used && <TryIt run={run} trial={trial} values={values} />}
    </Section>
  );
}

function Template({ form }: FormProps) {
  const words = useShapeWords().form;
  const { template, routingKey } = form.values;
  const described = (name: string) => words.templates[name] ?? [name, ""];
  return (
    <>
      <Select
        label={words.template}
        description={described(template)[1]}
        inputWrapperOrder={["label", "input", "description", "error"]}
        allowDeselect={false}
        maxDropdownHeight={260}
        data={TEMPLATES.map((value) => ({ value, label: described(value)[0] }))}
        renderOption={({ option }) => (
          <div>
            <div>{option.label}</div>
            <Text size="xs" c="dimmed">
              {described(option.value)[1]}
            </Text>
          </div>
        )}
        {...form.getInputProps("template")}
      />
      {template === "pagerduty" && (
        <div className={classes.row}>
          <TextInput
            label={words.routingKey}
            description={routingKey === MASKED ? words.hidden : words.routingKeyHelp}
            classNames={{ input: classes.secret }}
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps("routingKey")}
            error={form.errors.options}
          />
          <Select label={words.severity} description=" " allowDeselect={false} data={SEVERITIES} {...form.getInputProps("severity")} />
        </div>
      )}
      {template === "opsgenie" && (
        <Select label={words.priority} allowDeselect={false} data={PRIORITIES} {...form.getInputProps("priority")} />
      )}
    </>
  );
}

function Script({ form, fault }: FormProps & { fault: { line: number; column: number | null; message: string } | null }) {
  const shape = useShapeWords();
  const words = shape.form;
  const format = useFormat();
  const { script } = form.values;
  const refused = form.errors.script ?? form.errors.transformation;
  const text = typeof refused === "string" ? refused : null;
  const found = fault ?? (text === null ? null : placeIn(text));
  const size = new TextEncoder().encode(script).length;
  const error =
    size > SCRIPT_MAX
      ? words.tooLong(format.bytes(SCRIPT_MAX))
      : found !== null ? shape.which.place(found.line, found.column, showHidden(found.message)) : text === null ? undefined : showHidden(text);
  return (
    <>
      <CodeEditor
        label={words.script}
        description={words.scriptHelp}
        mode="lines"
        rows={12}
        text={script}
        onChange={(changed) => form.setFieldValue("script", changed)}
        fault={found}
        error={error}
        tools={<DocButton name="transformations" label={words.reference} />}
      />
      {size > SCRIPT_MAX * 0.9 && (
        <Text size="xs" c={size > SCRIPT_MAX ? "var(--pr-bad)" : "dimmed"}>
          {words.bytes(format.bytes(size), format.bytes(SCRIPT_MAX))}
        </Text>
      )}
    </>
  );
}
