//! The nodes of the installation, for operators.

import { Table, Text, Title } from "@mantine/core";
import type { Overview } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";
import { Time } from "@/shared/Time";

export function Nodes({ nodes }: { nodes: Overview["nodes"] }) {
  const { overview } = useMessages();
  const words = overview.nodes;
  const format = useFormat();
  return (
    <section aria-labelledby="overview-nodes">
      <Title order={2} id="overview-nodes" mb="sm">
        {words.title}
      </Title>
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.name}</Table.Th>
            <Table.Th w={112}>{words.state}</Table.Th>
            <Table.Th w={80} className="wide-only">
              {words.role}
            </Table.Th>
            <Table.Th w={120} className="wide-only">
              {words.version}
            </Table.Th>
            <Table.Th w={84} ta="right">
              {words.waiting}
            </Table.Th>
            <Table.Th w={128} ta="right" className="wide-only">
              {words.heartbeat}
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
                <StatusBadge kind="node" value={node.state} />
              </Table.Td>
              <Table.Td className="wide-only">{node.role}</Table.Td>
              <Table.Td className="wide-only">{node.version}</Table.Td>
              <Table.Td ta="right">{format.number(node.waiting)}</Table.Td>
              <Table.Td ta="right" className="wide-only">
                <Time at={node.heartbeat_at} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
