//! States of the live view and the parts of an audit report.

import { describe, expect, it } from "vitest";
import type { Coverage } from "@/api/types";
import { linesOf, liveState } from "./live";
import { parseReport, phaseOf } from "./report";

const event = { event_type: "a.b", promised: true, published: 1, misfits: 0, subscriptions: 1 } as Coverage["events"][number];

describe("liveState", () => {
  it("names_the_gap_that_matters_most", () => {
    expect(liveState(event)).toBe("fine");
    expect(liveState({ ...event, promised: false, published: 0 })).toBe("unknown");
    expect(liveState({ ...event, published: 0 })).toBe("never_seen");
    expect(liveState({ ...event, misfits: 2, subscriptions: 0 })).toBe("broke_schema");
    expect(liveState({ ...event, subscriptions: 0 })).toBe("nobody");
  });

  it("lists_patterns_in_vain_before_the_types_that_are_fine", () => {
    const inVain = [{ event_type: "a.b", subscriptions: 1 }, { event_type: "x.*", subscriptions: 2 }];
    const lines = linesOf({ events: [event], subscribed_never_published: inVain } as unknown as Coverage);
    expect(lines.map(({ type, state }) => [type, state])).toEqual([["x.*", "waiting"], ["a.b", "fine"]]);
  });
});

describe("parseReport", () => {
  it("survives_a_report_without_its_fields", () => {
    expect(parseReport(null).findings).toEqual([]);
    expect(parseReport({ events: [null, 3, { event_type: "a.b" }, { event_type: "a.c", state: "new" }] }).findings).toEqual([]);
  });

  it("proposes_only_likely_places", () => {
    const suggestion = { file: "a.py", line: 3, function: "f", reason: "r", snippet: "s", score: 69 };
    const missing = { event_type: "a.b", state: "missing", sites: [], suggestions: [suggestion] };
    expect(parseReport({ events: [missing] }).findings[0]?.suggestion).toBeNull();
    const likely = { ...missing, suggestions: [{ ...suggestion, score: 70 }] };
    expect(parseReport({ events: [likely] }).findings[0]?.suggestion).toMatchObject({ file: "a.py", line: 3 });
  });

  it("puts_each_gap_into_a_phase", () => {
    const { findings } = parseReport({
      events: [
        { event_type: "a", state: "published" },
        { event_type: "b", state: "dead" },
        { event_type: "c", state: "missing" },
        { event_type: "d", state: "parallel_only" },
        { event_type: "e", state: "missing", accepted: "later" },
      ],
      undefined: [{ event_type: "f", near: ["a"] }, { event_type: "g", near: [] }],
      bypasses: [{ event_type: null, file: "x.py", line: 1, table: "t" }],
    });
    expect(findings.map(phaseOf)).toEqual([null, "nearly", "unplaced", "parallel", null, "nearly", null, "nearly"]);
  });
});
