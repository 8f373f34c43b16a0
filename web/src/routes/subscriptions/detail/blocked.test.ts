import { describe, expect, it } from "vitest";
import { readOrder } from "../queries";
import { plainKey } from "./blockedRow";

describe("readOrder", () => {
  it("keeps_keys_as_they_are_written", () => {
    const keys = ["9007199254740993", '"c_7"', "null", "false", "1.50"];
    const blocking = keys.map((key, index) => `{"id": "dlv_${index}", "key": ${key}, "waiting": ${index}}`);
    const order = readOrder(`{"ordered": "data.id", "blocking": [${blocking.join()}]}`);
    expect(order.blocking.map(({ keyText }) => keyText)).toEqual(["9007199254740993", '"c_7"', null, "false", "1.50"]);
    expect(order.blocking.map(({ waiting }) => waiting)).toEqual([0, 1, 2, 3, 4]);
    expect(readOrder('{"blocking": []}')).toEqual({ ordered: null, blocking: [] });
  });
});

describe("plainKey", () => {
  it("has_quotes_only_where_a_string_would_be_another_value", () => {
    const plain = { '"c_7"': "c_7", '"a b"': "a b", '"\\u00e9"': "é", "12": "12", true: "true", '"-x"': "-x", '"1a"': "1a" };
    for (const [json, text] of Object.entries(plain)) expect(plainKey(json)).toBe(text);
    for (const json of ['"12"', '"-1.5"', '"true"', '"null"', '""', '" a"', '"1e5"']) expect(plainKey(json)).toBe(json);
  });
});
