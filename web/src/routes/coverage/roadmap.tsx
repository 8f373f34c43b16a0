//! The gaps in the order in which they are best closed.

import { Stack, Text, Title } from "@mantine/core";
import { useFormat } from "@/shared/format";
import { Findings } from "./findings";
import classes from "./page.module.css";
import { phaseOf, PHASES, type Report } from "./report";
import { useCoverageWords } from "./words";

export function Roadmap({ report }: { report: Report }) {
  const words = useCoverageWords();
  const format = useFormat();
  const phases = PHASES.map((phase) => ({
    phase,
    findings: report.findings.filter((finding) => phaseOf(finding) === phase),
  })).filter(({ findings }) => findings.length > 0);
  if (phases.length === 0) return <Text>{words.done}</Text>;
  return (
    <Stack gap="xl">
      {phases.map(({ phase, findings }, index) => (
        <section key={phase} aria-label={words.phases[phase].title}>
          <Title order={3}>
            {format.number(index + 1)}. {words.phases[phase].title}{" "}
            <span className={classes.quiet}>{format.number(findings.length)}</span>
          </Title>
          <Text c="dimmed" size="sm" mb="xs">
            {words.phases[phase].text}
          </Text>
          <Findings findings={findings} />
        </section>
      ))}
    </Stack>
  );
}
