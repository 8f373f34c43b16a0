//! The sends of this page, newest first.

import { Table, Text, Title, UnstyledButton } from "@mantine/core";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { Foreign, Url } from "@/shared/Foreign";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Duration, Time } from "@/shared/Time";
import { useSentDelivery } from "@/shared/useSentDelivery";
import classes from "./testing.module.css";
import type { Sent } from "./useSent";

interface Props {
  list: Sent[];
  chosen: string | undefined;
  onChoose: (key: string) => void;
}

export function History({ list, chosen, onChoose }: Props) {
  const words = useWords({ en: english, es: spanish }).history;
  const { columns } = words;
  return (
    <section aria-labelledby="testing-history">
      <Title order={2} id="testing-history">
        {words.title}
      </Title>
      <Text size="xs" c="dimmed" mb="sm">
        {words.text}
      </Text>
      <Table className={classes.history} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={128}>{columns.status}</Table.Th>
            <Table.Th>{columns.type}</Table.Th>
            <Table.Th w={112} className="wide-only">
              {columns.kind}
            </Table.Th>
            <Table.Th className="wide-only">{columns.url}</Table.Th>
            <Table.Th w={56} ta="right">
              {columns.code}
            </Table.Th>
            <Table.Th w={80} ta="right" className="wide-only">
              {columns.took}
            </Table.Th>
            <Table.Th w={104} ta="right">
              {columns.at}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((sent) => (
            <Row key={sent.key} sent={sent} open={sent.key === chosen} onChoose={() => onChoose(sent.key)} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Row({ sent, open, onChoose }: { sent: Sent; open: boolean; onChoose: () => void }) {
  const words = useWords({ en: english, es: spanish }).history;
  const { delivery } = useSentDelivery(sent);
  const attempt = delivery?.attempts.at(-1);
  return (
    <Table.Tr data-open={open}>
      <Table.Td>{delivery ? <StatusBadge kind="delivery" value={delivery.status} /> : <Absent />}</Table.Td>
      <Table.Td>
        <UnstyledButton className={classes.historyLink} aria-pressed={open} onClick={onChoose}>
          <Foreign text={sent.type} />
        </UnstyledButton>
      </Table.Td>
      <Table.Td className="wide-only">{words.kinds[sent.kind]}</Table.Td>
      <Table.Td className="wide-only">
        <Url address={sent.url} />
      </Table.Td>
      <Table.Td ta="right">{attempt?.response_code ?? <Absent />}</Table.Td>
      <Table.Td ta="right" className="wide-only">
        <Duration ms={attempt?.duration_ms} />
      </Table.Td>
      <Table.Td ta="right">
        <Time at={new Date(sent.at).toISOString()} inRow />
      </Table.Td>
    </Table.Tr>
  );
}
