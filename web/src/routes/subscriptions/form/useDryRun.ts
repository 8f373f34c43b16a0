//! The dry run of a transformation on the chosen event, with the body that would be sent without it.

import { useMutation } from "@tanstack/react-query";
import type { Scope } from "@/api/scope";
import { testTransformation, type Trial } from "@/api/trial";
import type { TransformationTest, TransformationTestResult } from "@/api/types";
import { fieldErrors } from "@/api/problem";
import { placeIn } from "./errors";
import { requestOf, trialTransformation } from "./shape";
import { headersOf, type Values } from "./values";

export interface DryRunResult {
  result: TransformationTestResult;
  /** Null when it could not be made. */
  before: string | null;
  /** What was tried: the result is about these values and no others. */
  of: string;
}

export interface ScriptFault {
  line: number;
  column: number | null;
  message: string;
}

export function useDryRun(scope: Scope, values: Values, trial: Trial | null) {
  const body = testOf(values, trial);
  const of = JSON.stringify(body);
  const run = useMutation({
    mutationFn: async (tried: TransformationTest): Promise<DryRunResult> => {
      const plain = { ...tried };
      delete plain.request;
      const [result, unchanged] = await Promise.all([
        testTransformation(scope, tried),
        // The document has no null here, which the API takes for “without a transformation”.
        testTransformation(scope, { ...plain, transformation: null as never }).catch(() => null),
      ]);
      return { result, before: unchanged?.request?.body ?? null, of: JSON.stringify(tried) };
    },
    gcTime: 0,
  });
  const current = run.data?.of === of ? run.data : undefined;
  return {
    start: () => run.mutate(body),
    pending: run.isPending,
    error: run.error,
    data: run.data,
    /** The values changed after the run. */
    changed: run.data !== undefined && run.data.of !== of,
    ready: trial !== null,
    scriptFault: values.form === "script" ? scriptFault(current?.result, run.error, run.variables, of) : null,
  };
}

export type DryRun = ReturnType<typeof useDryRun>;

function testOf(values: Values, trial: Trial | null): TransformationTest {
  const url = values.url.trim();
  return {
    transformation: trialTransformation(values) as NonNullable<TransformationTest["transformation"]>,
    url: /^https?:\/\/./i.test(url) ? url : null,
    profile: values.profile,
    headers: headersOf(values.headers) as Record<string, never>,
    request: requestOf(values) ?? null,
    event: trial ?? {},
  };
}

function scriptFault(result: TransformationTestResult | undefined, error: unknown, tried: TransformationTest | undefined, of: string): ScriptFault | null {
  const fault = result?.fault;
  if (fault) return typeof fault.line === "number" ? { line: fault.line, column: fault.column ?? null, message: fault.message } : null;
  const refused = JSON.stringify(tried) === of ? fieldErrors(error)["transformation.script"] : undefined;
  return refused === undefined ? null : placeIn(refused);
}
