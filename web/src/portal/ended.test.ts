import { expect, test } from "vitest";
import { ApiError, toApiError } from "@/api/problem";
import { endingOf, renewalOf } from "./ended";
import { nameOf, parseHost } from "./host";
import { recheckAfter } from "./PortalProvider";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const refused = new ApiError(401, null, null);

test("a_refused_link_has_expired_or_was_revoked", () => {
  expect(endingOf(refused, "2026-11-30T11:59:59Z", NOW)).toBe("expired");
  expect(endingOf(refused, "2026-11-30T12:30:00Z", NOW)).toBe("revoked");
  expect(endingOf(refused, null, NOW)).toBe("unknown");
  expect(endingOf(new ApiError(503, null, null), null, NOW)).toBeNull();
  expect(endingOf(null, null, NOW)).toBeNull();
});

test("the_link_header_of_a_401_names_the_page_of_a_new_link", () => {
  const headers = { link: '<https://app.example.com/webhooks?a=1>; rel="refresh"' };
  const error = toApiError(new Response(null, { status: 401, headers }), null);
  expect(endingOf(error, null, NOW)).toBe("expired");
  expect(renewalOf(error, null).refresh).toBe("https://app.example.com/webhooks?a=1");
  expect(toApiError(new Response(null, { status: 401 }), null).refreshUrl).toBeNull();
});

test("addresses_that_are_no_web_pages_are_no_links", () => {
  const host = { appearance: {}, return_url: "javascript:alert(1)", refresh_url: "data:text/html,x" };
  expect(renewalOf(refused, host)).toEqual({ refresh: undefined, back: undefined });
});

test("a_remembered_host_is_read_with_care", () => {
  const host = { appearance: { name: "Acme", color: "#1a73e8" }, return_url: null, refresh_url: "https://a.example/" };
  expect(parseHost(JSON.stringify(host))).toEqual(host);
  for (const text of [null, "", "null", "7", "{", "{}", '{"appearance": 7}']) expect(parseHost(text)).toBeNull();
  expect(parseHost('{"appearance": {"name": 7}, "return_url": {}}')).toEqual({ appearance: {}, return_url: null, refresh_url: null });
});

test("hidden_characters_of_a_name_are_shown", () => {
  const named = (name: string | null) => nameOf({ appearance: { name }, return_url: null, refresh_url: null });
  expect(named("Ac\u202eme")).toBe("Ac\\u{202e}me");
  expect([named("  "), named(null), nameOf(null)]).toEqual([null, null, null]);
});

test("the_session_is_read_again_at_its_end_and_each_minute", () => {
  expect(recheckAfter("2026-11-30T12:00:10Z", NOW)).toBe(10_500);
  expect(recheckAfter("2027-02-01T00:00:00Z", NOW)).toBe(60_000);
  expect(recheckAfter("2026-11-30T11:00:00Z", NOW)).toBe(1000);
  expect(recheckAfter(null, NOW)).toBe(60_000);
});
