//! The nodes of the installation, for operators.

import { Table, Text, Title } from "@mantine/core";
import type { Node } from "@/api/types";
import { nodeTable as en } from "@/messages/en/nodeTable";
import { nodeTable as es } from "@/messages/es/nodeTable";
import { useWords } from "@/messages/words";
import { Foreign } from "./Foreign";
import { useFormat } from "./format";
import { StatusBadge } from "./StatusBadge";
import { nodeState } from "./status";
import { Time } from "./Time";
import { useRoom } from "./useRoom";

/** A node counts its waiting deliveries up to this number. */
const CAP = 10_000;

const WORDS = { en, es };

export function NodeTable({ nodes }: { nodes: Node[] }) {
  const words = useWords(WORDS);
  const room = useRoom(false);
  const format = useFormat();
  return (
    <section aria-labelledby="nodes">
      <Title order={2} id="nodes" mb="sm">
        {words.title}
      </Title>
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.name}</Table.Th>
            <Table.Th w={104}>{words.state}</Table.Th>
            <Table.Th w={152} className="wide-only">
              {words.role}
            </Table.Th>
            <Table.Th w={96} className="wide-only">
              {words.version}
            </Table.Th>
            <Table.Th w={88} ta="right">
              {words.waiting}
            </Table.Th>
            <Table.Th w={112} ta="right" className="wide-only">
              {words.heartbeat}
            </Table.Th>
            {room && (
              <Table.Th w={112} ta="right">
                {words.started}
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {nodes.map((node) => (
            <Table.Tr key={node.id}>
              <Table.Td>
                <Foreign text={node.name} />
                {node.is_this && (
                  <Text size="xs" c="dimmed">
                    {words.this}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <StatusBadge kind="node" value={nodeState(node)} />
              </Table.Td>
              <Table.Td className="wide-only">{words.roles[node.role] ?? node.role}</Table.Td>
              <Table.Td className="wide-only">{node.version}</Table.Td>
              <Table.Td ta="right">
                {format.number(node.waiting)}
                {node.waiting >= CAP && "+"}
              </Table.Td>
              <Table.Td ta="right" className="wide-only">
                <Time at={node.heartbeat_at} />
              </Table.Td>
              {room && (
                <Table.Td ta="right">
                  <Time at={node.started_at} />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
