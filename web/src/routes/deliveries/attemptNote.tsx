//! The server's remarks about the chosen attempt.

import { Text } from "@mantine/core";
import type { Attempt } from "@/api/types";
import { attemptNote as en } from "@/messages/en/attemptNote";
import { attemptNote as es } from "@/messages/es/attemptNote";
import { useWords } from "@/messages/words";
import { useFormat } from "@/shared/format";
import { Foreign } from "@/shared/Foreign";
import { Id } from "@/shared/Id";
import { readNote } from "./note";

const WORDS = { en, es };

export function AttemptNote({ attempt }: { attempt: Attempt }) {
  const words = useWords(WORDS);
  const format = useFormat();
  const { batch, rest } = readNote(attempt.note);
  if (batch === null && rest === "") return null;
  return (
    <div role="note" aria-label={words.label(attempt.attempt_number)}>
      {batch && (
        <Text component="div">
          {words.batch(format.number(batch.others))} <Id value={batch.id} />
          <Text c="dimmed" size="xs">
            {words.part}
          </Text>
        </Text>
      )}
      {rest !== "" && (
        <Text component="div" c="dimmed">
          <Foreign text={rest} />
        </Text>
      )}
    </div>
  );
}
