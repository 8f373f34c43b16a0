import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Session } from "@/api/types";
import { problem, showScreen } from "@/test/screen";
import { replaysRoute } from "./route";

afterEach(() => vi.unstubAllGlobals());

const READER = { kind: "tenant", tenant_id: "acme", permissions: ["webhooks:read"] } as unknown as Session;
const LIST = "GET /api/v1/webhooks/replays";

test("without_a_tenant_the_screen_offers_to_choose_one", async () => {
  const requests = showScreen(replaysRoute, "/replays", { "GET /api/v1/tenants": { body: [] } });
  expect(await screen.findByRole("heading", { name: "Choose a tenant" })).toBeDefined();
  expect(requests.some((request) => request.startsWith(LIST))).toBe(false);
});

test("an_empty_list_offers_a_new_replay", async () => {
  showScreen(replaysRoute, "/replays?tenant=acme", { [LIST]: { body: [] }, "GET /api/v1/tenants": { body: [] } });
  expect(await screen.findByRole("heading", { name: "No replays yet" })).toBeDefined();
  expect(screen.getByRole("button", { name: "New replay" })).toBeDefined();
});

test("a_session_that_may_only_read_has_no_button", async () => {
  showScreen(replaysRoute, "/replays?new=true", { [LIST]: { body: [] } }, READER);
  expect(await screen.findByRole("heading", { name: "No replays yet" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "New replay" })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a_failed_list_says_why", async () => {
  showScreen(replaysRoute, "/replays", { [LIST]: { status: 500, body: problem(500, "the store is broken") } }, READER);
  expect((await screen.findByRole("alert")).textContent).toContain("the store is broken");
});
