//! Notes of attempts: those of batches are read, others are kept as they are.

import { expect, it } from "vitest";
import { readNote } from "./note";

it("reads_the_batch_of_an_attempt_and_keeps_other_remarks", () => {
  expect(readNote("sent in batch_0af1 with 3 other events")).toEqual({ batch: { id: "batch_0af1", others: 3 }, rest: "" });
  expect(readNote("the body was cut; sent in batch_0af1 with 1 other event; not retried: it expires")).toEqual({
    batch: { id: "batch_0af1", others: 1 },
    rest: "the body was cut; not retried: it expires",
  });
  expect(readNote("sent in <b> with x other events")).toEqual({ batch: null, rest: "sent in <b> with x other events" });
  expect(readNote(undefined)).toEqual({ batch: null, rest: "" });
});
