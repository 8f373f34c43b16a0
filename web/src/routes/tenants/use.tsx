//! The use of a tenant's limits as small bars.

import { Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LimitsInForce, Tenant } from "@/api/types";
import { Facts } from "@/shared/Facts";
import { useFormat } from "@/shared/format";
import { Meter } from "@/shared/Meter";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { ByteSize } from "@/shared/Time";
import { limitsQuery } from "./queries";
import { useTenantWords } from "./words";

export function Use({ tenant }: { tenant: Tenant }) {
  const { detail } = useTenantWords();
  const limits = useQuery(limitsQuery(tenant.id));
  return (
    <section>
      <Title order={3} mb="xs">
        {detail.use}
      </Title>
      {limits.data ? (
        <Bars limits={limits.data} />
      ) : limits.error ? (
        <ProblemNotice error={limits.error} onRetry={() => void limits.refetch()} inline />
      ) : (
        <Skeleton height={120} />
      )}
    </section>
  );
}

function Bars({ limits }: { limits: LimitsInForce }) {
  const words = useTenantWords();
  const { detail } = words;
  const format = useFormat();
  const count = ({ used, limit }: LimitsInForce["keys"], label: string) => (
    <Meter
      value={used}
      max={limit ?? null}
      label={label}
      text={limit === null || limit === undefined ? `${format.number(used)}, ${words.unlimited}` : words.of(format.number(used), format.number(limit))}
    />
  );
  const { publish, retention } = limits;
  const days = [
    retention.payload_days ? detail.retentionDays.payload(retention.payload_days) : null,
    retention.rows_days ? detail.retentionDays.rows(retention.rows_days) : null,
  ].filter((part) => part !== null);
  return (
    <Facts
      rows={[
        [detail.subscriptions, count(limits.subscriptions, detail.subscriptions)],
        [detail.keys, count(limits.keys, detail.keys)],
        [
          detail.publish,
          publish ? (
            <div>
              <Meter
                value={publish.burst - publish.remaining}
                max={publish.burst}
                label={detail.publish}
                text={words.perPeriod(format.number(publish.limit), words.periods[publish.period] ?? publish.period)}
              />
              <div style={{ color: "var(--pr-muted)" }}>{detail.remaining(format.number(publish.remaining))}</div>
            </div>
          ) : (
            words.unlimited
          ),
        ],
        [detail.payload, <ByteSize key="payload" count={limits.payload_bytes} />],
        [detail.retention, days.length === 0 ? detail.forever : days.join(" · ")],
      ]}
    />
  );
}
