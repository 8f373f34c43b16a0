import { expect, test } from "vitest";
import { countMisfits, misfitsByType } from "./misfits";

const misfit = (event_type: string, kind: string, times: number) => ({ event_type, kind, times, last_at: "2026-01-01T00:00:00Z", last_fault: "" });
const misfits = [misfit("a.b", "schema", 7), misfit("a.b", "unknown_type", 2), misfit("c.d", "unknown_type", 40)];

test("misfits_are_counted_by_their_events_and_types_by_their_names", () => {
  expect(countMisfits(misfits)).toEqual({ events: 49, types: 2 });
  expect(countMisfits([])).toEqual({ events: 0, types: 0 });
});

test("the_type_with_the_most_misfits_comes_first", () => {
  expect(misfitsByType(misfits)).toEqual([["c.d", 40], ["a.b", 9]]);
});
