//! Subscriptions that receive events of a type, each as a link.

import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useScope } from "@/frame/useScope";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Receiver } from "@/shared/Receiver";
import { StatusBadge } from "@/shared/StatusBadge";
import { subscriptionState } from "@/shared/status";
import classes from "./page.module.css";
import { subscribersQuery } from "./queries";
import { useCatalogWords } from "./words";

export function Subscribers({ type }: { type: string }) {
  const catalog = useCatalogWords();
  const words = catalog.detail;
  const format = useFormat();
  const found = useQuery(subscribersQuery(useScope(), type));
  if (found.error) return <ProblemNotice error={found.error} onRetry={() => void found.refetch()} inline />;
  if (found.data === undefined) return <Skeleton height={60} />;
  const { rows, total, capped } = found.data;
  const count = Math.max(total ?? 0, rows.length);
  return (
    <section>
      <Title order={3}>{words.subscribers(`${format.number(count)}${capped ? "+" : ""}`, count === 1)}</Title>
      {rows.length === 0 ? (
        <Text c="dimmed">{words.nobody}</Text>
      ) : (
        <ul className={classes.subscribers}>
          {rows.map((subscription) => (
            <li key={subscription.id}>
              <Link to="/subscriptions/$id" params={{ id: subscription.id }}>
                <Receiver url={subscription.url} description={subscription.description} />
              </Link>
              <StatusBadge kind="subscription" value={subscriptionState(subscription)} />
            </li>
          ))}
        </ul>
      )}
      {count > rows.length && (
        <Link to="/subscriptions" search={{ type }}>
          {words.subscriptions}
        </Link>
      )}
    </section>
  );
}
