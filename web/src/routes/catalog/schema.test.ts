import { describe, expect, test } from "vitest";
import { readEventType } from "@/api/objects";
import { typeText } from "./queries";
import { schemaRows } from "./schema";

describe("schemaRows", () => {
  test("nested_fields_and_references_have_rows_by_path", () => {
    const rows = schemaRows({
      $defs: { line: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] } },
      properties: { id: { type: "string", description: "The id." }, lines: { type: "array", items: { $ref: "#/$defs/line" } } },
      required: ["id"],
    });
    expect(rows).toEqual([
      { path: "id", name: "id", depth: 0, type: "string", required: true, description: "The id.", constraints: [] },
      { path: "lines", name: "lines", depth: 0, type: "object[]", required: false, description: "", constraints: [] },
      { path: "lines[].amount", name: "amount", depth: 1, type: "number", required: true, description: "", constraints: [] },
    ]);
  });

  test("constraints_are_shown_in_the_words_of_json_schema", () => {
    const [row] = schemaRows({ properties: { a: { type: "string", enum: ["x", "y"], minLength: 1, pattern: "^[xy]$" } } });
    expect(row?.constraints).toEqual(['"x" | "y"', "minLength 1", "pattern ^[xy]$"]);
  });

  test("a_schema_that_refers_to_itself_ends", () => {
    const schema = { $defs: { node: { properties: { next: { $ref: "#/$defs/node" } } } }, properties: { a: { $ref: "#/$defs/node" } } };
    expect(schemaRows(schema).length).toBeLessThan(20);
  });

  test("a_value_that_is_no_schema_has_no_rows", () => {
    expect(schemaRows("text")).toEqual([]);
  });
});

describe("raw numbers", () => {
  const answer =
    '{"event_type":"a.b","description":"d","category":"c","schema":{"properties":{"n":{"type":"integer","maximum":12345678901234567890}}},"example":{"n":12345678901234567890}}';

  test("a_bound_keeps_its_digits_in_the_table", () => {
    expect(schemaRows(readEventType(answer).schema)[0]?.constraints).toEqual(["maximum 12345678901234567890"]);
  });

  test("schema_and_example_are_saved_as_the_text_that_was_edited", () => {
    const { schemaText, exampleText } = readEventType(answer);
    expect(typeText({ category: "c", description: "d", schema: schemaText, example: exampleText }, "a.b")).toBe(
      '{"event_type":"a.b","category":"c","description":"d","schema":{"properties":{"n":{"type":"integer","maximum":12345678901234567890}}},"example":{"n":12345678901234567890}}',
    );
  });

  test("an_absent_schema_or_example_is_null", () => {
    const { schemaText, exampleText, schema } = readEventType('{"event_type":"a.b","schema":null}');
    expect([schemaText, exampleText, schema]).toEqual([null, null, null]);
  });
});
