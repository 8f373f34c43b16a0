//! What the node that answers is doing.

import { Title } from "@mantine/core";
import type { Overview } from "@/api/types";
import { Facts } from "@/shared/Facts";
import { useFormat } from "@/shared/format";
import { ByteSize } from "@/shared/Time";
import { useNodeWords } from "./words";

export function Load({ live }: { live: Overview }) {
  const { load: words } = useNodeWords();
  const format = useFormat();
  const { load, totals } = live;
  return (
    <section aria-labelledby="nodes-load">
      <Title order={2} id="nodes-load" mb="sm">
        {words.title}
      </Title>
      <Facts
        rows={[
          [words.inFlight, format.number(load.in_flight)],
          [words.busy, format.number(load.busy_lanes)],
          [words.parked, format.number(load.parked_lanes)],
          [words.memory, <ByteSize key="memory" count={load.queued_bytes} />],
          [words.journal, format.number(load.journal_depth)],
          [words.published, format.number(totals.published)],
          [words.delivered, format.number(totals.delivered)],
          [words.failed, format.number(totals.failed)],
        ]}
      />
    </section>
  );
}
