//! Lists of several statuses in one.

import { describe, expect, it } from "vitest";
import type { Page } from "@/api/paging";
import { mergeCounts, mergePages } from "./merge";

const page = (ids: string[], next: string | null = null): Page<{ id: string }> => ({
  rows: ids.map((id) => ({ id })),
  next,
  total: null,
  capped: false,
});

describe("mergePages", () => {
  it("keeps_the_order_and_cuts_at_the_limit", () => {
    const merged = mergePages([page(["d", "b"]), page(["c", "a"])], 3, undefined);
    expect(merged.rows.map(({ id }) => id)).toEqual(["d", "c", "b"]);
    expect(merged.next).toBe("b");
  });

  it("ends_when_all_lists_have_ended", () => {
    expect(mergePages([page(["a"]), page(["b"])], 3, "oldest").next).toBeNull();
    expect(mergePages([page(["a"], "a"), page(["b"])], 3, "oldest").next).toBe("b");
  });
});

describe("mergeCounts", () => {
  it("adds_groups_of_the_same_code_and_type", () => {
    const count = (deliveries: number) => ({
      deliveries,
      capped: deliveries > 2,
      statuses: [],
      by_code: [{ response_code: 500, deliveries }],
      by_type: [{ event_type: "a.b", deliveries }],
      grouped: deliveries,
    });
    const merged = mergeCounts([count(1), count(3)]);
    expect(merged).toMatchObject({ deliveries: 4, capped: true, grouped: 4 });
    expect(merged.by_code).toEqual([{ response_code: 500, deliveries: 4 }]);
    expect(merged.by_type).toEqual([{ event_type: "a.b", deliveries: 4 }]);
  });
});
