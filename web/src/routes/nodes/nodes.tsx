//! The table of nodes.

import { Table, Text, Title } from "@mantine/core";
import type { Node } from "@/api/types";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";
import { nodeState } from "@/shared/status";
import { Time } from "@/shared/Time";
import { useNodeWords } from "./words";

/** A node counts its waiting deliveries up to this number. */
const CAP = 10_000;

export function NodeTable({ nodes }: { nodes: Node[] }) {
  const { list: words } = useNodeWords();
  const format = useFormat();
  return (
    <section aria-labelledby="nodes-list">
      <Title order={2} id="nodes-list" mb="sm">
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
            <Table.Th w={112} ta="right" className="wide-only">
              {words.started}
            </Table.Th>
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
              <Table.Td ta="right" className="wide-only">
                <Time at={node.started_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
