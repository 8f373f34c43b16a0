import { expect, test } from "vitest";
import { shellQuote, toCurl } from "@/routes/deliveries/curl";
import { csvCell, csvLine } from "./csv";
import { safeHref, shortenMiddle, showHidden, splitUrl } from "./text";

test("single_quotes_cannot_end_a_shell_word", () => {
  expect(shellQuote("it's; rm -rf $HOME `id`")).toBe("'it'\\''s; rm -rf $HOME `id`'");
  expect(shellQuote("https://a.example/x")).toBe("https://a.example/x");
  expect(shellQuote("")).toBe("''");
});

test("curl_leaves_computed_headers_out_and_keeps_the_body", () => {
  const command = toCurl({
    method: "PUT",
    url: "https://a.example/?a=1&b=2",
    headers: { "Content-Length": "9", "X-Name": "O'Brien" },
    body: "@/etc/passwd",
  });
  expect(command).toBe(
    "curl --request PUT \\\n  'https://a.example/?a=1&b=2' \\\n  --header 'X-Name: O'\\''Brien' \\\n  --data-raw @/etc/passwd",
  );
});

test("formulas_become_text_in_csv", () => {
  for (const formula of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"]) {
    expect(csvCell(formula).replace(/^"/, "")).toMatch(/^'/);
  }
  expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  expect(csvLine(["x", -5, null])).toBe("x,-5,\r\n");
});

test("hidden_characters_become_visible", () => {
  expect(showHidden("a\u202egpj\u0000\nb")).toBe("a\\u{202e}gpj\\u{0}\nb");
});

test("script_links_are_refused", () => {
  expect(safeHref("javascript:alert(1)")).toBeUndefined();
  expect(safeHref(" data:text/html,x")).toBeUndefined();
  expect(safeHref("https://a.example")).toBe("https://a.example");
});

test("ids_keep_both_ends", () => {
  expect(shortenMiddle("dlv_01m8nbf9g1e008zv4zb6ftw003", 8, 6)).toBe("dlv_01m8…ftw003");
  expect(shortenMiddle("short", 8, 6)).toBe("short");
  expect(splitUrl("not a url")).toEqual({ host: "not a url", path: "" });
});
