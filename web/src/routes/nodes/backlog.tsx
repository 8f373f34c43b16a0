//! What waits: by queue, and the subscriptions that wait the longest.

import { Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Overview } from "@/api/types";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { ReceiverOf } from "@/shared/ReceiverOf";
import { Absent, Age, Time } from "@/shared/Time";
import { backlogQuery } from "./queries";
import { useNodeWords } from "./words";

export function BacklogSection({ backlog }: { backlog: Overview["backlog"] }) {
  const { backlog: words } = useNodeWords();
  const format = useFormat();
  return (
    <section aria-labelledby="nodes-backlog">
      <Title order={2} id="nodes-backlog" mb="sm">
        {words.title}
      </Title>
      {backlog.queues.length === 0 ? (
        <Text c="dimmed">{words.none}</Text>
      ) : (
        <>
          <Table layout="fixed" maw={560}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.queue}</Table.Th>
                <Table.Th w={104} ta="right">
                  {words.waiting}
                </Table.Th>
                <Table.Th w={112} ta="right">
                  {words.oldest}
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {backlog.queues.map(({ queue, waiting, capped, oldest_at: oldest }) => (
                <Table.Tr key={queue}>
                  <Table.Td>{words.queues[queue] ?? queue}</Table.Td>
                  <Table.Td ta="right">
                    {format.number(waiting)}
                    {capped && "+"}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Age since={oldest} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Longest />
        </>
      )}
    </section>
  );
}

function Longest() {
  const { backlog: words } = useNodeWords();
  const format = useFormat();
  const backlogs = useQuery(backlogQuery).data ?? [];
  if (backlogs.length === 0) return null;
  return (
    <>
      <Title order={3} mt="lg" mb="xs">
        {words.bySubscription}
      </Title>
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.subscription}</Table.Th>
            <Table.Th className="wide-only">{words.tenant}</Table.Th>
            <Table.Th w={104} ta="right">
              {words.waiting}
            </Table.Th>
            <Table.Th w={112} ta="right">
              {words.oldest}
            </Table.Th>
            <Table.Th w={112} ta="right" className="wide-only">
              {words.next}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backlogs.map((one) => (
            <Table.Tr key={one.subscription_id}>
              <Table.Td>
                <Link to="/subscriptions/$id" params={{ id: one.subscription_id }} search={{ of: one.tenant_id }}>
                  <ReceiverOf scope={{ tenant: null, named: true }} id={one.subscription_id} tenant={one.tenant_id} />
                </Link>
              </Table.Td>
              <Table.Td className="wide-only">
                <Foreign text={one.tenant_id} />
              </Table.Td>
              <Table.Td ta="right">
                {format.number(one.waiting)}
                {one.capped && "+"}
              </Table.Td>
              <Table.Td ta="right">{one.oldest_at ? <Age since={one.oldest_at} /> : <Absent />}</Table.Td>
              <Table.Td ta="right" className="wide-only">
                {one.next_attempt_at ? <Time at={one.next_attempt_at} /> : <Absent />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
