//! Event types that the audited code publishes, by state.

import { Button, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { showHidden } from "@/shared/text";
import { Findings } from "./findings";
import type { CodeState, Report } from "./report";
import { CODE_STATES, coverageRoute } from "./route";
import { States } from "./states";
import { useCoverageWords } from "./words";

const TONES = {
  published: "good",
  parallel_only: "warn",
  dead: "warn",
  missing: "bad",
  undefined: "bad",
  bypass: "warn",
} as const satisfies Record<CodeState, string>;

export function CodeView({ report }: { report: Report }) {
  const words = useCoverageWords();
  const { state, type } = coverageRoute.useSearch();
  const chosen = CODE_STATES.find((known) => known === state);
  const states = CODE_STATES.map((name) => ({
    state: name,
    label: words.states[name],
    count: report.findings.filter((finding) => finding.state === name).length,
    tone: TONES[name],
  }));
  const findings = report.findings.filter(
    (finding) => (chosen === undefined || finding.state === chosen) && (type === undefined || finding.type === type),
  );
  return (
    <Stack gap="xl">
      <States states={states} chosen={chosen} />
      {type !== undefined && (
        <div>
          {words.oneType(showHidden(type))}{" "}
          <Button
            variant="subtle"
            size="compact-sm"
            renderRoot={(props) => (
              <Link from={coverageRoute.fullPath} search={(before) => ({ ...before, type: undefined })} {...props} />
            )}
          >
            {words.clearType}
          </Button>
        </div>
      )}
      {findings.length === 0 ? <Text c="dimmed">{words.nothing}</Text> : <Findings findings={findings} />}
    </Stack>
  );
}
