//! The store, and whether it takes writes.

import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { StoreDetail } from "@/api/types";
import { Facts, type Fact } from "@/shared/Facts";
import { Foreign } from "@/shared/Foreign";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { StatusBadge } from "@/shared/StatusBadge";
import { showHidden } from "@/shared/text";
import { Absent, ByteSize, Time } from "@/shared/Time";
import classes from "./page.module.css";
import { detailQuery, readyQuery, storeQuery } from "./queries";
import { storeKind } from "./storeKind";
import { useNodeWords } from "./words";

type Words = ReturnType<typeof useNodeWords>["store"];

export function StoreSection() {
  const { store: words } = useNodeWords();
  const settings = useQuery(storeQuery);
  const detail = useQuery(detailQuery);
  const value = (name: string) => settings.data?.find((setting) => setting.name === name)?.value ?? null;
  const address = value("POSTRIDER_STORE");
  const replica = value("POSTRIDER_READ_STORE");
  const kind = storeKind(address);
  return (
    <section aria-labelledby="nodes-store">
      <Title order={2} id="nodes-store" mb="sm">
        {words.title}
      </Title>
      {settings.data ? (
        <Facts
          rows={[
            kind !== null && [words.kind, words.kinds[kind] ?? showHidden(kind)],
            address !== null && [words.address, <bdi key="address">{showHidden(address)}</bdi>],
            replica !== null && [words.replica, <bdi key="replica">{showHidden(replica)}</bdi>],
            ...detailFacts(detail.data, words),
          ]}
        />
      ) : settings.error ? (
        <ProblemNotice error={settings.error} onRetry={() => void settings.refetch()} inline />
      ) : (
        <Skeleton height={48} />
      )}
      {detail.error && <ProblemNotice error={detail.error} onRetry={() => void detail.refetch()} inline />}
      <Checks />
    </section>
  );
}

function detailFacts(detail: StoreDetail | undefined, words: Words): Fact[] {
  if (detail === undefined) return [];
  const { version, database_bytes: database, log_bytes: log, free_bytes: free, oldest_event_at: oldest } = detail;
  return [
    [words.version, <Foreign key="version" text={version} />],
    [words.size, <ByteSize key="size" count={database} />],
    log !== null && log !== undefined && [words.log, <ByteSize key="log" count={log} />],
    free !== null && free !== undefined && [words.free, <ByteSize key="free" count={free} />],
    [words.oldest, oldest ? <Time key="oldest" at={oldest} as="exact" /> : <Absent key="oldest" />],
  ];
}

function Checks() {
  const { store: words } = useNodeWords();
  const format = useFormat();
  const ready = useQuery(readyQuery);
  return (
    <>
      <Title order={3} mt="lg" mb="xs">
        {words.checks}
      </Title>
      {ready.data ? (
        <ul className={classes.checks}>
          {ready.data.checks.map(({ name, status, reason }) => (
            <li key={name}>
              <StatusBadge kind="check" value={status} word={words.checkNames[name] ?? showHidden(name)} />
              {reason && (
                <Text c="var(--pr-bad)" component="div">
                  <Foreign text={reason} />
                </Text>
              )}
            </li>
          ))}
        </ul>
      ) : ready.error ? (
        <ProblemNotice error={ready.error} onRetry={() => void ready.refetch()} inline />
      ) : (
        <Skeleton height={88} />
      )}
      {ready.data && ready.data.dropped > 0 && (
        <Text c="var(--pr-warn)" mt="sm">
          {words.dropped(format.number(ready.data.dropped))}
        </Text>
      )}
    </>
  );
}
