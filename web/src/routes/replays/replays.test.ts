import { expect, test } from "vitest";
import type { Replay } from "@/api/types";
import { replays as en } from "@/messages/en/replays";
import { createFormat } from "@/shared/format";
import { leftOf, newer, remainingOf, situationOf, speedOf, totalOf, withSample } from "./progress";
import { EMPTY, selectionText, toRequest, typesOf, wrongType } from "./selection";

const REPLAY: Replay = {
  id: "rpl_1",
  subscription_id: "sub_1",
  state: "running",
  statuses: ["failed", "disabled"],
  event_types: null,
  after: null,
  before: "2026-11-30T09:00:00Z",
  count: 1000,
  count_is_lower_bound: false,
  queued: 200,
  skipped: 50,
  position: { part: "deliveries" },
  created_at: "2026-11-30T09:00:00Z",
  updated_at: "2026-11-30T09:00:10Z",
};
const FORMAT = createFormat("en", "utc");

test("a_selection_reads_as_a_sentence", () => {
  const text = (part: Partial<Replay>) => selectionText({ ...REPLAY, ...part }, en.what, FORMAT);
  expect(text({})).toBe("Failed and refused (410) deliveries");
  expect(text({ statuses: ["missed"], event_types: ["invoice.*"] })).toBe("Missed events of invoice.*");
  expect(text({ statuses: ["failed", "missed"] })).toBe("Failed deliveries and missed events");
  expect(text({ event_types: ["a", "b", "c", "d"] })).toContain("of a, b, and 2 more");
});

test("the_end_of_a_selection_is_named_only_when_it_was_chosen", () => {
  const text = (part: Partial<Replay>) => selectionText({ ...REPLAY, ...part }, en.what, FORMAT);
  expect(text({ before: "2026-11-30T08:00:00Z" })).toContain("published before Nov 30, 2026");
  expect(text({ before: "2026-11-30T08:59:59Z" })).not.toContain("published");
  expect(text({ after: "2026-11-29T00:00:00Z" })).toContain("published Nov 29, 2026");
});

test("an_unknown_state_keeps_its_name_and_shows_hidden_characters", () => {
  expect(selectionText({ ...REPLAY, statuses: ["te\u202ele"] }, en.what, FORMAT)).toBe("Te\\u{202e}le deliveries");
});

test("an_incomplete_form_asks_for_nothing", () => {
  expect(toRequest(EMPTY, 0)).toBeNull();
  expect(toRequest({ ...EMPTY, subscription: "sub_1", kind: "custom", states: [] }, 0)).toBeNull();
  expect(toRequest({ ...EMPTY, subscription: "sub_1", types: "in voice!" }, 0)).toBeNull();
});

test("a_form_stands_for_a_request", () => {
  const now = Date.parse("2026-11-30T09:00:00Z");
  const values = { ...EMPTY, subscription: "sub_1", kind: "both" as const, types: "invoice.*, invoice.*\nuser.login", period: "24h" as const, rate: 50 };
  expect(toRequest(values, now)).toEqual({
    subscription_id: "sub_1",
    statuses: ["failed", "disabled", "missed"],
    event_types: ["invoice.*", "user.login"],
    after: "2026-11-29T09:00:00.000Z",
    before: null,
    rate: 50,
  });
  expect(toRequest({ ...values, period: "all" }, now)?.after).toBeNull();
  expect(toRequest({ ...values, period: "custom", from: "nonsense", to: "" }, now)).toMatchObject({ after: null, before: null });
});

test("types_are_separated_by_commas_and_spaces", () => {
  expect(typesOf(" a.b,c ;d ")).toEqual(["a.b", "c", "d"]);
  expect(wrongType("a.b, c.*, *")).toBeNull();
  expect(wrongType("a.b, *.c")).toBe("*.c");
});

test("progress_counts_skipped_deliveries_as_done", () => {
  expect(leftOf(REPLAY)).toBe(750);
  expect(leftOf({ ...REPLAY, queued: 2000 })).toBe(0);
});

test("more_may_be_queued_than_was_counted", () => {
  expect(totalOf(REPLAY)).toBe(1000);
  expect(totalOf({ ...REPLAY, queued: 1001, skipped: 0 })).toBe(1001);
  expect(totalOf({ ...REPLAY, state: "completed", queued: 900, skipped: 2 })).toBe(902);
});

test("speed_is_measured_over_the_last_seconds", () => {
  let samples = withSample([], { at: 0, done: 0 });
  expect(speedOf(samples)).toBeNull();
  samples = withSample(samples, { at: 2000, done: 100 });
  expect(speedOf(samples)).toBe(50);
  samples = withSample(samples, { at: 30_000, done: 100 });
  expect(samples).toHaveLength(1);
  expect(withSample(samples, { at: 30_000, done: 120 })).toEqual(samples);
});

test("the_end_is_estimated_only_when_it_can_be", () => {
  expect(remainingOf(REPLAY, 75)).toBe(10_000);
  expect(remainingOf(REPLAY, 0)).toBeNull();
  expect(remainingOf(REPLAY, null)).toBeNull();
  expect(remainingOf({ ...REPLAY, count_is_lower_bound: true }, 75)).toBeNull();
});

test("the_later_state_of_a_replay_counts", () => {
  const later = { ...REPLAY, queued: 300, updated_at: "2026-11-30T09:00:12Z" };
  expect(newer(REPLAY, later)).toBe(later);
  expect(newer(later, REPLAY)).toBe(later);
  expect(newer(REPLAY, undefined)).toBe(REPLAY);
});

test("the_answer_sums_up_running_replays_only", () => {
  expect(situationOf([REPLAY, REPLAY, { ...REPLAY, state: "paused" }, { ...REPLAY, state: "completed" }])).toEqual({
    running: 2,
    paused: 1,
    queued: 400,
    total: 2000,
  });
});
