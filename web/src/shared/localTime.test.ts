//! Inputs of dates and times.

import { describe, expect, it } from "vitest";
import { toInstant, toLocal } from "./localTime";

describe("localTime", () => {
  it("reads_and_writes_the_zone_that_the_page_shows", () => {
    expect(toInstant("2026-11-30T09:11", "utc")).toBe("2026-11-30T09:11:00.000Z");
    expect(toInstant("2026-11-30T09:11", "local")).toBe(new Date(2026, 10, 30, 9, 11).toISOString());
    for (const zone of ["utc", "local"] as const) {
      expect(toLocal(toInstant("2026-07-01T00:30", zone) ?? "", zone)).toBe("2026-07-01T00:30");
    }
  });

  it("takes_no_time_for_none", () => {
    expect(toInstant("", "utc")).toBeUndefined();
    expect(toInstant("soon", "local")).toBeUndefined();
    expect(toLocal("soon", "utc")).toBe("");
  });
});
