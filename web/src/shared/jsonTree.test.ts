import { describe, expect, test } from "vitest";
import { prettyJson } from "./json";
import { ExactNumber, lineOf, memberText, nodeAt, parseJson, toValue } from "./jsonTree";

describe("parseJson", () => {
  test("values_that_JSON_parse_takes_are_taken_and_others_refused", () => {
    const texts = [
      '{"a":[1,-2.5e+3,true,null,"\\u00e9\\n"],"":{}}', " [ ] ", "0", '"x"', "", "{", "[1,]", "{,}", '{"a" 1}', "01", "1.", "'a'",
      '{"a":1,}', "tru", '"\u0001"', "[1 2]", '"\\x"', "{}{}", "nullx", "-",
    ];
    for (const text of texts) {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect([text, parseJson(text).ok]).toEqual([text, valid]);
    }
  });

  test("the_offset_of_the_first_wrong_character_is_told", () => {
    const text = '{\n  "a": 1,\n  b: 2\n}';
    const parsed = parseJson(text);
    expect(parsed).toEqual({ ok: false, at: 14 });
    expect(lineOf(text, 14)).toEqual({ line: 3, column: 3 });
  });

  test("text_that_is_nested_too_deep_is_refused_without_an_exception", () => {
    expect(parseJson("[".repeat(100_000)).ok).toBe(false);
  });
});

describe("raw text", () => {
  const answer = '{"event_type":"a.b","example":{"id":12345678901234567890,"price":1.10},"schema":{"maximum":12345678901234567891}}';

  test("a_member_is_copied_with_its_numbers_unrounded", () => {
    expect(memberText(answer, "example")).toBe('{"id":12345678901234567890,"price":1.10}');
    expect(memberText(answer, "absent")).toBeNull();
  });

  test("pretty_text_keeps_every_digit", () => {
    expect(prettyJson(memberText(answer, "example") ?? "")).toBe('{\n  "id": 12345678901234567890,\n  "price": 1.10\n}');
  });

  test("a_number_that_would_be_rounded_becomes_its_text", () => {
    const text = '{"small":5,"large":12345678901234567890}';
    const parsed = parseJson(text);
    expect(parsed.ok && toValue(text, parsed.node)).toEqual({ small: 5, large: new ExactNumber("12345678901234567890") });
  });

  test("a_pointer_finds_its_value_or_the_one_around_it", () => {
    const text = '{"lines":[{"a/b":1},{"a/b":22}]}';
    const parsed = parseJson(text);
    if (!parsed.ok) throw new Error("not JSON");
    const at = (pointer: string) => {
      const { start, end } = nodeAt(parsed.node, pointer);
      return text.slice(start, end);
    };
    expect(at("/lines/1/a~1b")).toBe("22");
    expect(at("/lines/1/missing")).toBe('{"a/b":22}');
    expect(at("")).toBe(text);
  });
});
