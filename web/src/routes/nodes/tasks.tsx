//! The scheduled tasks of the node that answers, with their last run.

import { Table, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Foreign } from "@/shared/Foreign";
import { showHidden } from "@/shared/text";
import { Absent, Duration, Time } from "@/shared/Time";
import classes from "./page.module.css";
import { detailQuery } from "./queries";
import { useNodeWords } from "./words";

export function Tasks() {
  const { tasks: words } = useNodeWords();
  const { data } = useQuery(detailQuery);
  if (data === undefined || data.tasks.length === 0) return null;
  return (
    <section aria-labelledby="nodes-tasks">
      <Title order={2} id="nodes-tasks" mb="sm">
        {words.title}
      </Title>
      <div className={classes.tasks} tabIndex={0}>
        <Table layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.task}</Table.Th>
              <Table.Th w={72} ta="right">{words.every}</Table.Th>
              <Table.Th w={128} ta="right">{words.last}</Table.Th>
              <Table.Th w={80} ta="right">{words.took}</Table.Th>
              <Table.Th w={184} pl="xl">{words.result}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.tasks.map(({ name, every_seconds: every, last_started_at: last, last_duration_ms: took, last_error: fault }) => (
              <Table.Tr key={name}>
                <Table.Td>{words.names[name] ?? showHidden(name)}</Table.Td>
                <Table.Td ta="right" data-label={words.every}>
                  <Duration ms={every * 1000} />
                </Table.Td>
                <Table.Td ta="right">{last ? <Time at={last} /> : <Absent />}</Table.Td>
                <Table.Td ta="right" data-label={words.took}>
                  <Duration ms={took} />
                </Table.Td>
                <Table.Td pl="xl" c={fault ? "var(--pr-bad)" : undefined}>
                  {fault ? <Foreign text={fault} /> : last ? words.ok : words.never}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
