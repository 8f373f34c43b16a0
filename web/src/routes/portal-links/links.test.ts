import { expect, test } from "vitest";
import { colorFault, embedSnippet, EMPTY, toBody } from "./values";

test("a_new_link_reads_no_secrets_unless_they_are_chosen", () => {
  expect(EMPTY.capabilities.some((capability) => capability.startsWith("secrets:"))).toBe(false);
});

test("a_link_to_view_has_no_capabilities", () => {
  expect(toBody({ ...EMPTY, tenant: " acme ", mode: "view" })).toMatchObject({ tenant_id: "acme", mode: "view", capabilities: null });
});

test("a_link_that_manages_nothing_sends_an_empty_list", () => {
  // An absent list would allow everything.
  expect(toBody({ ...EMPTY, capabilities: [] }).capabilities).toEqual([]);
});

test("empty_fields_are_absent_and_origins_are_one_a_line", () => {
  const body = toBody({ ...EMPTY, ancestors: "https://a.example\n\nhttps://*.b.example " });
  expect(body.allowed_ancestors).toEqual(["https://a.example", "https://*.b.example"]);
  expect(body.return_url).toBeNull();
  expect(body.appearance?.color).toBeNull();
  expect(toBody(EMPTY).allowed_ancestors).toBeNull();
});

test("colours_are_refused_as_the_server_refuses_them", () => {
  expect(colorFault({ color: "", textColor: "" })).toBeNull();
  expect(colorFault({ color: "red", textColor: "" })).toBe("color");
  expect(colorFault({ color: "#ffe000", textColor: "white" })).toBe("textColor");
  expect(colorFault({ color: "#ffe000", textColor: "#fff" })).toBe("contrast");
  expect(colorFault({ color: "#0b6573", textColor: "#fff" })).toBeNull();
});

test("the_snippet_cannot_be_broken_out_of", () => {
  const snippet = embedSnippet('https://h.example/portal/pts_1#pt_1"><script>', 'A "product" <b>');
  expect(snippet).not.toContain("<script>");
  expect(snippet).toContain('title="A &quot;product&quot; &lt;b>"');
});
