//! Places in an editor, and its keys.

import { describe, expect, it } from "vitest";
import { indent, markedParts, newLine } from "./position";

describe("markedParts", () => {
  it("splits_the_text_around_a_character_of_a_line", () => {
    expect(markedParts("a\nbcd\ne", { line: 2, column: 2 })).toEqual({ before: "a\n", head: "b", mark: "c", tail: "d", after: "\ne" });
  });

  it("counts_characters_beyond_the_basic_plane_once", () => {
    expect(markedParts("😀x", { line: 1, column: 2 })).toMatchObject({ head: "😀", mark: "x" });
  });

  it("has_no_character_at_the_end_of_a_line_and_beyond_the_text", () => {
    expect(markedParts("ab", { line: 1, column: 3 })).toMatchObject({ head: "ab", mark: "", tail: "" });
    expect(markedParts("ab", { line: 9, column: 9 })).toMatchObject({ before: "", head: "ab", mark: "" });
    expect(markedParts("ab\ncd", { line: 2, column: null })).toMatchObject({ before: "ab\n", head: "cd", mark: "" });
  });

  it("always_keeps_the_whole_text", () => {
    const text = "one\n\nthree\n";
    for (const line of [0, 1, 2, 3, 4, 5]) {
      for (const column of [null, 1, 4, 99]) expect(Object.values(markedParts(text, { line, column })).join("")).toBe(text);
    }
  });
});

describe("indent", () => {
  it("inserts_two_spaces_at_the_caret", () => {
    expect(indent("ab", 1, 1)).toEqual({ from: 1, to: 1, insert: "  ", selectFrom: 3, selectTo: 3 });
  });

  it("moves_selected_lines_and_leaves_empty_ones", () => {
    expect(indent("a\nb\n\nc", 2, 6)).toMatchObject({ from: 2, to: 6, insert: "  b\n\n  c" });
  });
});

describe("newLine", () => {
  it("keeps_the_indentation", () => {
    expect(newLine("a\n  b", 5, 5).insert).toBe("\n  ");
    expect(newLine("  b", 1, 1).insert).toBe("\n ");
  });
});
