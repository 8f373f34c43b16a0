import { expect, test } from "vitest";
import { formatJson } from "./json";

const shown = (text: string) =>
  formatJson(text)
    ?.map(({ depth, tokens }) => "  ".repeat(depth) + tokens.map((token) => token.text).join(""))
    .join("\n");

test("numbers_keep_their_digits", () => {
  expect(shown('{"id":12345678901234567890123,"n":1.10,"e":1E+2}')).toBe(
    '{\n  "id": 12345678901234567890123,\n  "n": 1.10,\n  "e": 1E+2\n}',
  );
});

test("empty_objects_and_lists_stay_on_one_line", () => {
  expect(shown('{"a":{},"b":[],"c":[1,{"d":null}]}')).toBe(
    '{\n  "a": {},\n  "b": [],\n  "c": [\n    1,\n    {\n      "d": null\n    }\n  ]\n}',
  );
});

test("marks_inside_of_strings_are_text", () => {
  expect(shown('["{\\"a\\":1}", "]"]')).toBe('[\n  "{\\"a\\":1}",\n  "]"\n]');
});

test("text_that_is_not_json_is_refused", () => {
  for (const text of ["", "<html>", '{"a":1', "[1}", '{"a":tru}', "'x'"]) expect(formatJson(text)).toBeNull();
});
