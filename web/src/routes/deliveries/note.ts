//! The note of an attempt: the batch in which it was sent, and what else the server remarks.

export interface AttemptNote {
  batch: { id: string; others: number } | null;
  /** Other remarks, in the server's words. */
  rest: string;
}

export function readNote(note: string | null | undefined): AttemptNote {
  const parts = (note ?? "").split("; ");
  const found = parts.map((part) => /^sent in (batch_\w+) with (\d+) other events?$/.exec(part));
  const batch = found.find((match) => match !== null);
  return {
    batch: batch ? { id: batch[1] ?? "", others: Number(batch[2]) } : null,
    rest: parts.filter((_, index) => found[index] === null).join("; "),
  };
}
