//! The schema of a type as a table.

import { Table, Text, Title } from "@mantine/core";
import { showHidden } from "@/shared/text";
import classes from "./page.module.css";
import { schemaRows } from "./schema";
import { useCatalogWords } from "./words";

const INDENT = 14;

export function Schema({ schema }: { schema: unknown }) {
  const catalog = useCatalogWords();
  const words = catalog.detail;
  if (schema === null) return <Text c="dimmed">{words.noSchema}</Text>;
  const rows = schemaRows(schema);
  return (
    <section>
      <Title order={3}>{words.schema}</Title>
      {rows.length === 0 ? (
        <Text c="dimmed">{words.noFields}</Text>
      ) : (
        <Table.ScrollContainer minWidth={340}>
          <Table className={classes.schema}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.field}</Table.Th>
                <Table.Th>{words.type}</Table.Th>
                <Table.Th>{words.meaning}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.path}>
                  <Table.Td className={classes.path} title={showHidden(row.path)} style={{ paddingLeft: row.depth * INDENT }}>
                    <bdi>{showHidden(row.name)}</bdi>
                    {row.required && <div className={classes.required}>{words.required}</div>}
                  </Table.Td>
                  <Table.Td className={classes.path}>{showHidden(row.type)}</Table.Td>
                  <Table.Td className={classes.meaning}>
                    <bdi>{showHidden(row.description)}</bdi>
                    {row.constraints.map((constraint) => (
                      <div key={constraint} className={classes.constraint}>
                        <bdi>{showHidden(constraint)}</bdi>
                      </div>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}
