import { describe, expect, test } from "vitest";
import { schemaRows } from "./schema";

describe("schemaRows", () => {
  test("nested_fields_and_references_have_rows_by_path", () => {
    const rows = schemaRows({
      $defs: { line: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] } },
      properties: { id: { type: "string", description: "The id." }, lines: { type: "array", items: { $ref: "#/$defs/line" } } },
      required: ["id"],
    });
    expect(rows).toEqual([
      { path: "id", type: "string", required: true, description: "The id." },
      { path: "lines", type: "object[]", required: false, description: "" },
      { path: "lines[].amount", type: "number", required: true, description: "" },
    ]);
  });

  test("a_schema_that_refers_to_itself_ends", () => {
    const schema = { $defs: { node: { properties: { next: { $ref: "#/$defs/node" } } } }, properties: { a: { $ref: "#/$defs/node" } } };
    expect(schemaRows(schema).length).toBeLessThan(20);
  });

  test("a_value_that_is_no_schema_has_no_rows", () => {
    expect(schemaRows("text")).toEqual([]);
  });
});
