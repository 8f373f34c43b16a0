//! The pages of `docs/` that the dashboard shows.

import { describe, expect, it } from "vitest";
import filters from "../../../../docs/filters.md?raw";
import transformations from "../../../../docs/transformations.md?raw";
import { blocksOf, spansOf } from "./markdown";

describe("blocksOf", () => {
  it("reads_each_kind_of_block", () => {
    const blocks = blocksOf("# A\n\none\ntwo\n\n- a\n  b\n- c\n\n| x | y |\n| --- | --- |\n| `a \\|\\| b` | z |\n\n```cel\nd > 1\n```\n");
    expect(blocks).toEqual([
      { kind: "heading", level: 1, text: "A" },
      { kind: "text", text: "one two" },
      { kind: "list", items: ["a b", "c"] },
      { kind: "table", head: ["x", "y"], rows: [["`a || b`", "z"]] },
      { kind: "code", text: "d > 1" },
    ]);
  });

  it("leaves_no_mark_of_a_block_in_the_pages", () => {
    for (const page of [filters, transformations]) {
      const blocks = blocksOf(page);
      expect(blocks.length).toBeGreaterThan(20);
      for (const block of blocks) if (block.kind === "text") expect(block.text).not.toMatch(/^(#|\||```)/);
    }
  });
});

describe("spansOf", () => {
  it("reads_code_links_and_emphasis", () => {
    expect(spansOf("a `b` **c** [d](https://e.example/)")).toEqual([
      { kind: "text", text: "a " },
      { kind: "code", text: "b" },
      { kind: "text", text: " " },
      { kind: "strong", text: "c" },
      { kind: "text", text: " " },
      { kind: "link", text: "d", address: "https://e.example/" },
    ]);
  });
});
