//! The log of the node that answers: its filter, and the share of successful deliveries.

import { Button, NumberInput, Skeleton, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { fieldErrors } from "@/api/problem";
import { ProblemNotice } from "@/shared/ProblemNotice";
import classes from "./page.module.css";
import { logQuery, useChangeLog } from "./queries";
import { useNodeWords } from "./words";

export function LogSection() {
  const { log: words } = useNodeWords();
  const log = useQuery(logQuery);
  return (
    <section aria-labelledby="nodes-log">
      <Title order={2} id="nodes-log">
        {words.title}
      </Title>
      <Text c="dimmed" mb="md">
        {words.text}
      </Text>
      {log.data ? (
        <LogForm key={`${log.data.filter} ${log.data.sample}`} filter={log.data.filter} sample={log.data.sample} />
      ) : log.error ? (
        <ProblemNotice error={log.error} onRetry={() => void log.refetch()} inline />
      ) : (
        <Skeleton height={120} />
      )}
    </section>
  );
}

interface Settings {
  filter: string;
  sample: number;
}

function LogForm(current: Settings) {
  const { log: words } = useNodeWords();
  const [filter, setFilter] = useState(current.filter);
  const [sample, setSample] = useState<number | string>(current.sample);
  const change = useChangeLog();
  const errors = fieldErrors(change.error);
  const changed = filter.trim() !== current.filter || sample !== current.sample;
  return (
    <form
      className={classes.log}
      onSubmit={(event) => {
        event.preventDefault();
        if (typeof sample === "number") change.mutate({ filter: filter.trim(), sample });
      }}
    >
      <TextInput
        label={words.filter}
        description={words.filterHelp}
        spellCheck={false}
        value={filter}
        error={errors.filter}
        onChange={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <NumberInput
        label={words.sample}
        description={words.sampleHelp}
        min={0}
        max={1}
        step={0.1}
        decimalScale={4}
        w={280}
        value={sample}
        error={errors.sample}
        onChange={setSample}
      />
      {change.error && <ProblemNotice error={change.error} inline />}
      <div>
        <Button type="submit" variant="default" loading={change.isPending} disabled={!changed || typeof sample !== "number" || filter.trim() === ""}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}
