//! The time that all figures have in common.

import { describe, expect, it } from "vitest";
import { timeOf } from "./queries";

describe("timeOf", () => {
  const now = Date.parse("2026-11-30T10:20:30.400Z");

  it("begins_at_a_whole_hour_or_day_like_the_statistics", () => {
    expect(timeOf(now, 1).after).toBe("2026-11-29T10:00:00.000Z");
    expect(timeOf(now, 30).after).toBe("2026-10-31T00:00:00.000Z");
  });

  it("ends_now_so_that_later_rows_do_not_join_the_counted_ones", () => {
    expect(timeOf(now, 1).before).toBe("2026-11-30T10:20:30.400Z");
  });
});
