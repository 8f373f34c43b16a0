//! What is failing now: which subscription, since when, why, how much waits, and one click to act.

import { Button, Skeleton, Table, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSubscriptionChange } from "@/actions/subscription";
import { narrow } from "@/api/scope";
import { useScope } from "@/frame/useScope";
import { useMay } from "@/session/context";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { Receiver } from "@/shared/Receiver";
import { StatusBadge } from "@/shared/StatusBadge";
import { Absent, Time } from "@/shared/Time";
import classes from "./overview.module.css";
import type { Trouble, Troubled } from "./queries";
import { useOverviewWords } from "./words";

const SHOWN = 5;

export function Troubles({ troubled }: { troubled: Troubled | undefined }) {
  const overview = useOverviewWords();
  const words = overview.trouble;
  const format = useFormat();
  if (troubled === undefined) return <Skeleton height={140} />;
  const { failing, degraded } = troubled;
  const shown = failing.slice(0, SHOWN);
  const more = failing.length - shown.length;
  // The answer has said already that nothing fails.
  if (shown.length === 0 && degraded === 0) return null;
  return (
    <section aria-labelledby="overview-troubles">
      <Title order={2} id="overview-troubles" className={shown.length === 0 ? "visually-hidden" : undefined} mb="sm">
        {words.title}
      </Title>
      {shown.length > 0 && <Failing troubles={shown} />}
      {(more > 0 || degraded > 0) && (
        <Text mt={shown.length > 0 ? "sm" : 0} className={classes.more}>
          {more > 0 && (
            <Link to="/subscriptions" search={{ health: "failing" }}>
              {words.all(`${format.number(failing.length)}${troubled.more ? "+" : ""}`)}
            </Link>
          )}
          {degraded > 0 && (
            <Link to="/subscriptions" search={{ health: "degraded" }}>
              {words.degraded(`${format.number(degraded)}${troubled.moreDegraded ? "+" : ""}`, degraded === 1)}
            </Link>
          )}
        </Text>
      )}
    </section>
  );
}

function Failing({ troubles }: { troubles: Trouble[] }) {
  const overview = useOverviewWords();
  const words = overview.trouble;
  return (
    <Table className={classes.troubles} layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="30%">{words.subscription}</Table.Th>
          <Table.Th w={160}>{words.state}</Table.Th>
          <Table.Th w={104} className={classes.since}>
            {words.since}
          </Table.Th>
          <Table.Th>{words.reason}</Table.Th>
          <Table.Th w={84} ta="right">
            {words.waiting}
          </Table.Th>
          <Table.Th w={160}>
            <span className="visually-hidden">{words.act}</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {troubles.map((trouble) => (
          <Row key={trouble.id} trouble={trouble} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ trouble }: { trouble: Trouble }) {
  const overview = useOverviewWords();
  const format = useFormat();
  const owner = trouble.tenant ?? undefined;
  return (
    <Table.Tr>
      <Table.Td>
        <Link to="/subscriptions/$id" params={{ id: trouble.id }} search={{ of: owner }}>
          <Receiver url={trouble.url} description={trouble.description} />
        </Link>
        {owner && (
          <Text size="xs" c="dimmed" component="div" className={classes.owner}>
            <Foreign text={owner} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge kind="subscription" value={trouble.state} />
        {trouble.since && (
          <div className={classes.sinceBelow}>
            <Time at={trouble.since} />
          </div>
        )}
      </Table.Td>
      <Table.Td className={classes.since}>{trouble.since ? <Time at={trouble.since} /> : <Absent />}</Table.Td>
      <Table.Td className={classes.reason}>
        <span className={classes.before}>
          {owner && (
            <>
              <Foreign text={owner} /> ·{" "}
            </>
          )}
          {trouble.since && (
            <>
              <Time at={trouble.since} inRow /> ·{" "}
            </>
          )}
        </span>
        {trouble.reason ? <Foreign text={trouble.reason} /> : <Absent />}
      </Table.Td>
      <Table.Td ta="right">
        <Link
          to="/deliveries"
          search={(before) => ({ tenant: owner ?? before.tenant, subscription: trouble.id, status: "waiting", since: "all" })}
        >
          {format.number(trouble.waiting)}
          {trouble.capped && "+"}
          <span className={classes.unit}> {overview.trouble.waitingUnit}</span>
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
  const overview = useOverviewWords();
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
  if (trouble.state === "disabled") {
    const of = trouble.tenant ?? undefined;
    return (
      <Button
        variant="subtle"
        size="compact-sm"
        mr={-8}
        renderRoot={(props) => <Link to="/subscriptions/$id" params={{ id: trouble.id }} search={{ of }} {...props} />}
      >
        {words.open}
      </Button>
    );
  }
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      mr={-8}
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
