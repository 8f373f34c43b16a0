import { expect, test } from "vitest";
import { tokenIn } from "./parent";

const parent = window;
const origin = "https://app.example.com";
const message = { source: parent, origin, data: { type: "postrider:token", token: "pt_abc" } };

test("a_token_of_the_embedding_page_is_accepted", () => {
  expect(tokenIn(message, parent, origin)).toBe("pt_abc");
  // The browser may not tell who embeds; the policy of the page says who can.
  expect(tokenIn(message, parent, null)).toBe("pt_abc");
});

test("messages_of_other_windows_and_origins_are_refused", () => {
  expect(tokenIn({ ...message, source: null }, parent, origin)).toBeNull();
  const other = document.createElement("iframe");
  document.body.append(other);
  expect(tokenIn({ ...message, source: other.contentWindow }, parent, origin)).toBeNull();
  expect(tokenIn(message, null, origin)).toBeNull();
  for (const from of ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com"]) {
    expect(tokenIn({ ...message, origin: from }, parent, origin)).toBeNull();
  }
  expect(tokenIn({ ...message, origin: "null" }, parent, null)).toBeNull();
});

test("what_is_no_token_is_refused", () => {
  const refused = [null, "pt_abc", 7, [], {}, { type: "postrider:token" }, { type: "other", token: "pt_abc" }];
  const tokens = ["", "pk_abc", "pt_", "pt_a b", "pt_a\n", "pt_a#", `pt_${"a".repeat(500)}`, 7, { toString: () => "pt_abc" }];
  for (const data of [...refused, ...tokens.map((token) => ({ type: "postrider:token", token }))]) {
    expect(tokenIn({ ...message, data }, parent, origin)).toBeNull();
  }
});
