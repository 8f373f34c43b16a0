//! Event types with their state in the audited code beside their events and subscriptions.

import { Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Coverage } from "@/api/types";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Absent, Time } from "@/shared/Time";
import classes from "./page.module.css";
import { coverageQuery } from "./queries";

export function CoveragePage() {
  const scope = useScope();
  const coverage = useQuery(coverageQuery(scope));
  return (
    <div className={classes.page}>
      {coverage.data ? (
        <Body coverage={coverage.data} />
      ) : coverage.error ? (
        <ProblemNotice error={coverage.error} onRetry={() => void coverage.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={28} width={420} />
          <Skeleton height={400} />
        </Stack>
      )}
    </div>
  );
}

function Body({ coverage }: { coverage: Coverage }) {
  const { coverage: words } = useMessages();
  const { summary } = coverage;
  return (
    <>
      <Title order={2}>{words.answer(summary.seen, summary.promised, coverage.days)}</Title>
      <Report report={coverage.report} />
      <Types coverage={coverage} />
    </>
  );
}

function Report({ report }: { report: Coverage["report"] }) {
  const { coverage: words } = useMessages();
  const mayOperate = useMay("operate");
  if (report) {
    return (
      <Text c="dimmed" component="div">
        {words.report} <Foreign text={report.revision ?? words.noRevision} /> · <Time at={report.generated_at} />
      </Text>
    );
  }
  if (!mayOperate) return null;
  return (
    <div>
      <Text>{words.noReport}</Text>
      <pre className={classes.command}>postrider audit --upload {window.location.origin} PATH</pre>
    </div>
  );
}

function Types({ coverage }: { coverage: Coverage }) {
  const { coverage: words } = useMessages();
  const format = useFormat();
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.type}</Table.Th>
            <Table.Th>{words.gap}</Table.Th>
            {coverage.report && <Table.Th>{words.code}</Table.Th>}
            <Table.Th className={classes.number}>{words.events}</Table.Th>
            <Table.Th className={classes.number}>{words.subscriptions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {coverage.events.map((event) => (
            <Table.Tr key={event.event_type}>
              <Table.Td>
                <Link to="/events" search={{ type: event.event_type }}>
                  <Foreign text={event.event_type} />
                </Link>
              </Table.Td>
              <Table.Td>{gapOf(event, words.gaps)}</Table.Td>
              {coverage.report && <Table.Td>{event.code ? words.states[event.code] : <Absent />}</Table.Td>}
              <Table.Td className={classes.number}>{format.number(event.published)}</Table.Td>
              <Table.Td className={classes.number}>{format.number(event.subscriptions)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface Gaps {
  unknown: string;
  neverSeen: string;
  brokeSchema: string;
  nobody: string;
  none: string;
}

/** The gap that matters most to receivers. */
function gapOf({ promised, published, misfits, subscriptions }: Coverage["events"][number], gaps: Gaps): string {
  if (!promised) return gaps.unknown;
  if (published === 0) return gaps.neverSeen;
  if (misfits > 0) return gaps.brokeSchema;
  return subscriptions === 0 ? gaps.nobody : gaps.none;
}
