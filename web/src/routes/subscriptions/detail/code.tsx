//! Code that verifies requests, in eight languages: the blocks of docs/receiving.md, which tests run.

import { Group, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/messages/context";
import { Copy } from "@/shared/Id";
import receiving from "../../../../../docs/receiving.md?raw";
import classes from "./detail.module.css";
import { samplesOf } from "./samples";

const SAMPLES = samplesOf(receiving);

export default function Code() {
  const { subscriptions } = useMessages();
  const words = subscriptions.code;
  const [language, setLanguage] = useState(SAMPLES[0]?.language ?? "");
  const sample = SAMPLES.find((candidate) => candidate.language === language);
  return (
    <Stack gap="md" maw={840}>
      <div>
        <Title order={3}>{words.title}</Title>
        <Text c="dimmed">{words.text}</Text>
      </div>
      <Group justify="space-between">
        <Select
          w={220}
          aria-label={words.language}
          allowDeselect={false}
          data={SAMPLES.map((candidate) => candidate.language)}
          value={language}
          onChange={(value) => setLanguage(value ?? language)}
        />
        {sample && <Copy value={sample.code} label={words.copy} />}
      </Group>
      <pre className={classes.code} tabIndex={0}>
        {sample?.code}
      </pre>
      <Text size="xs" c="dimmed">
        {words.docs}
      </Text>
    </Stack>
  );
}
