//! Event types with their events and subscriptions, by the gap that matters most.

import { Button, Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Coverage } from "@/api/types";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import type { Shape } from "@/shared/status";
import { StatusShape } from "@/shared/StatusBadge";
import { Absent } from "@/shared/Time";
import { linesOf, type Line, type LiveState } from "./live";
import classes from "./page.module.css";
import { coverageRoute, LIVE_STATES } from "./route";
import { States } from "./states";
import { useCoverageWords } from "./words";

const SHOWN = 100;

const TONES = {
  fine: "good",
  never_seen: "idle",
  broke_schema: "bad",
  nobody: "idle",
  unknown: "bad",
  waiting: "warn",
} as const satisfies Record<LiveState, string>;

const SHAPES = {
  fine: "dot",
  never_seen: "ring",
  broke_schema: "cross",
  nobody: "ring",
  unknown: "question",
  waiting: "half",
} as const satisfies Record<LiveState, Shape>;

/** `linked` tells whether the code's findings can be opened. */
export function LiveView({ coverage, linked }: { coverage: Coverage; linked: boolean }) {
  const words = useCoverageWords();
  const { state } = coverageRoute.useSearch();
  const [limit, setLimit] = useState(SHOWN);
  const lines = useMemo(() => linesOf(coverage), [coverage]);
  const chosen = LIVE_STATES.find((known) => known === state);
  const states = LIVE_STATES.map((name) => ({
    state: name,
    label: words.live[name],
    count: lines.filter((line) => line.state === name).length,
    tone: TONES[name],
  }));
  const matching = chosen === undefined ? lines : lines.filter((line) => line.state === chosen);
  const withCode = Boolean(coverage.report);
  return (
    <Stack gap="xl">
      <States states={states} chosen={chosen} />
      {matching.length === 0 ? (
        <Text c="dimmed">{words.nothing}</Text>
      ) : (
        <Table className={classes.gaps} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.type}</Table.Th>
              <Table.Th w={190}>{words.gap}</Table.Th>
              {withCode && (
                <Table.Th w={190} className="wide-only">
                  {words.code}
                </Table.Th>
              )}
              <Table.Th w={80} ta="right" className="wide-only">
                {words.events}
              </Table.Th>
              <Table.Th w={108} ta="right" className="wide-only">
                {words.subscriptions}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {matching.slice(0, limit).map((line) => (
              <Row key={line.type} line={line} after={coverage.since} withCode={withCode} linked={linked} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {matching.length > limit && (
        <Button variant="subtle" onClick={() => setLimit(limit + 500)}>
          {words.more(Math.min(500, matching.length - limit))}
        </Button>
      )}
    </Stack>
  );
}

interface RowProps {
  line: Line;
  after: string;
  withCode: boolean;
  linked: boolean;
}

function Row({ line, after, withCode, linked }: RowProps) {
  const words = useCoverageWords();
  const format = useFormat();
  const { type, published, subscriptions, code } = line;
  return (
    <Table.Tr>
      <Table.Td>
        <Foreign text={type} />
      </Table.Td>
      <Table.Td data-tone={TONES[line.state]}>
        <span className={classes.gap}>
          <StatusShape shape={SHAPES[line.state]} /> {words.live[line.state]}
        </span>
      </Table.Td>
      {withCode && (
        <Table.Td className="wide-only">
          {!code ? (
            <Absent />
          ) : linked ? (
            <Link from={coverageRoute.fullPath} search={(before) => ({ ...before, view: "code" as const, state: undefined, type })}>
              {words.states[code]}
            </Link>
          ) : (
            words.states[code]
          )}
        </Table.Td>
      )}
      <Table.Td ta="right" className="wide-only">
        {published === null ? (
          <Absent />
        ) : (
          <Link to="/events" search={{ type, after }}>
            {format.number(published)}
          </Link>
        )}
      </Table.Td>
      <Table.Td ta="right" className="wide-only">
        {type.includes("*") ? (
          format.number(subscriptions)
        ) : (
          <Link to="/subscriptions" search={{ type, state: "active" }}>
            {format.number(subscriptions)}
          </Link>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
