//! The days that have tables of their own, newest first; a store without them has no such section.

import { Table, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ByteSize } from "@/shared/Time";
import classes from "./page.module.css";
import { detailQuery } from "./queries";
import { useNodeWords } from "./words";

export function Partitions() {
  const { partitions: words } = useNodeWords();
  const { data } = useQuery(detailQuery);
  if (data === undefined || data.partitions.length === 0) return null;
  return (
    <section aria-labelledby="nodes-partitions">
      <Title order={2} id="nodes-partitions" mb="sm">
        {words.title}
      </Title>
      <div className={classes.scroll} tabIndex={0}>
        <Table className={classes.table} layout="fixed" maw={360}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.day}</Table.Th>
              <Table.Th ta="right">{words.bytes}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.partitions.toReversed().map(({ day, bytes }) => (
              <Table.Tr key={day}>
                <Table.Td>{day}</Table.Td>
                <Table.Td ta="right">
                  <ByteSize count={bytes} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
