//! The parts of an attempt's duration.

import { describe, expect, it } from "vitest";
import { isReused, splitTime } from "./timing";

describe("splitTime", () => {
  it("places_each_part_after_the_ones_before_it", () => {
    const parts = splitTime({ dns: 10, connect: 20, tls: 30, first_byte: 40, rest: 0 });
    expect(parts.map(({ begin }) => begin)).toEqual([0, 10, 30, 60, 100]);
    expect(parts.map(({ length }) => length)).toEqual([10, 20, 30, 40, 0]);
    expect(parts.filter(({ longest }) => longest).map(({ name }) => name)).toEqual(["first_byte"]);
  });

  it("leaves_out_parts_that_the_attempt_did_not_reach", () => {
    expect(splitTime({ dns: 3, connect: null }).map(({ name }) => name)).toEqual(["dns"]);
    expect(splitTime({})).toEqual([]);
  });

  it("has_no_length_when_nothing_took_time", () => {
    expect(splitTime({ first_byte: 0, rest: 0 }).map(({ length }) => length)).toEqual([0, 0]);
  });
});

describe("isReused", () => {
  it("is_true_without_a_new_connection", () => {
    expect(isReused({ dns: null, connect: null, tls: null, first_byte: 4, rest: 1 })).toBe(true);
    expect(isReused({ connect: 2, first_byte: 4 })).toBe(false);
    expect(isReused({ dns: null })).toBe(false);
  });
});
