import { expect, test } from "vitest";
import { parseDeliverySearch } from "@/routes/deliveries/filter";
import { flag, instant, integer, oneOf, parseSearch, since, sinceMilliseconds, stringifySearch, text } from "./search";

test("values_stay_plain_text", () => {
  expect(parseSearch("?id=0012&big=12345678901234567890&on=true")).toEqual({
    id: "0012",
    big: "12345678901234567890",
    on: "true",
  });
});

test("absent_values_are_left_out_of_the_address", () => {
  expect(stringifySearch({ a: undefined, b: "", c: null, d: 5, e: "x y" })).toBe("?d=5&e=x+y");
  expect(stringifySearch({})).toBe("");
});

test("unknown_values_become_the_default", () => {
  const raw = { status: "exploded", n: "1e9", f: "yes", at: "yesterday", s: "24x", long: "x".repeat(501) };
  expect(oneOf(raw, "status", ["failed"])).toBeUndefined();
  expect(integer(raw, "n", 0, 10)).toBeUndefined();
  expect(flag(raw, "f")).toBeUndefined();
  expect(instant(raw, "at")).toBeUndefined();
  expect(since(raw, "s")).toBeUndefined();
  expect(text(raw, "long")).toBeUndefined();
});

test("ranges_are_milliseconds", () => {
  expect(since({ since: "24h" }, "since")).toBe("24h");
  expect([sinceMilliseconds("15m"), sinceMilliseconds("24h"), sinceMilliseconds("7d")]).toEqual([9e5, 864e5, 6048e5]);
});

test("hostile_filters_never_throw", () => {
  const parsed = parseDeliverySearch({ status: {}, type: "../x", code: "9xx<", open: "a b", of: "ü", slow: "-1", attempt: "0" });
  expect(Object.values(parsed).filter((value) => value !== undefined)).toEqual([]);
});
