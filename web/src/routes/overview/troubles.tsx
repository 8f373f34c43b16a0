//! What is failing now: which subscription, since when, why, how much waits, and one click to act.

import { Button, Skeleton, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSubscriptionChange } from "@/actions/subscription";
import { narrow } from "@/api/scope";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Foreign, Url } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import classes from "./overview.module.css";
import type { Situation, Trouble } from "./queries";

const SHOWN = 8;

export function Troubles({ situation, showTenant }: { situation: Situation | undefined; showTenant: boolean }) {
  const { overview } = useMessages();
  const words = overview.trouble;
  const format = useFormat();
  if (situation === undefined) return <Skeleton height={140} />;
  const shown = situation.troubles.slice(0, SHOWN);
  const more = situation.total - shown.length;
  return (
    <section aria-labelledby="overview-troubles">
      <Title order={2} id="overview-troubles" mb="sm">
        {words.title}
      </Title>
      {shown.length === 0 ? (
        <Text c="dimmed">{words.none}</Text>
      ) : (
        <Table className={classes.table} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="30%">{words.subscription}</Table.Th>
              <Table.Th w={148}>{words.state}</Table.Th>
              <Table.Th w={104} className={classes.wide}>
                {words.since}
              </Table.Th>
              <Table.Th className={classes.wide}>{words.reason}</Table.Th>
              <Table.Th w={84} ta="right">
                {words.waiting}
              </Table.Th>
              <Table.Th w={128}>
                <span className="visually-hidden">{words.act}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((trouble) => (
              <Row key={trouble.id} trouble={trouble} showTenant={showTenant} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {more > 0 && (
        <Text mt="sm">
          <Link to="/subscriptions" search={{ health: "failing" }}>
            {words.more(format.number(more))}
          </Link>
        </Text>
      )}
    </section>
  );
}

function Row({ trouble, showTenant }: { trouble: Trouble; showTenant: boolean }) {
  const format = useFormat();
  const owner = trouble.tenant ?? undefined;
  return (
    <Table.Tr>
      <Table.Td>
        <Link to="/subscriptions/$id" params={{ id: trouble.id }} search={{ of: showTenant ? owner : undefined }}>
          <Url address={trouble.url} />
        </Link>
        {showTenant && owner && (
          <Text size="xs" c="dimmed" component="div">
            <Foreign text={owner} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge kind="subscription" value={trouble.state} />
      </Table.Td>
      <Table.Td className={classes.wide}>{trouble.since ? <Time at={trouble.since} /> : <Absent />}</Table.Td>
      <Table.Td className={classes.wide}>{trouble.reason ? <Foreign text={trouble.reason} /> : <Absent />}</Table.Td>
      <Table.Td ta="right">
        <Link
          to="/deliveries"
          search={(before) => ({ tenant: owner ?? before.tenant, subscription: trouble.id, status: "retrying", since: "30d" })}
        >
          {format.number(trouble.waiting)}
          {trouble.capped && "+"}
        </Link>
      </Table.Td>
      <Table.Td ta="right">
        <Act trouble={trouble} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Closing the breaker repeats what the breaker itself will do; a disabled subscription is activated on its own page. */
function Act({ trouble }: { trouble: Trouble }) {
  const { overview } = useMessages();
  const words = overview.trouble;
  const scope = narrow(useScope(), trouble.tenant);
  const change = useSubscriptionChange(scope);
  const mayWrite = useMay("subscriptions:write");
  if (mayWrite && trouble.state === "breaker_open") {
    return (
      <Button
        variant="default"
        size="compact-sm"
        loading={change.isPending}
        onClick={() => change.mutate({ id: trouble.id, change: "reset" })}
      >
        {words.reset}
      </Button>
    );
  }
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      renderRoot={(props) => (
        <Link
          to="/deliveries"
          search={(before) => ({ tenant: trouble.tenant ?? before.tenant, subscription: trouble.id, since: "7d" })}
          {...props}
        />
      )}
    >
      {words.deliveries}
    </Button>
  );
}
