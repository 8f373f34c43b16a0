import { screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { problem, showScreen } from "@/test/screen";
import { tenantsRoute } from "./route";

afterEach(() => vi.unstubAllGlobals());

const STATS = { body: { groups: [], groups_total: 0, total: {} } };
const tenant = (id: string, name: string | null) => ({
  id,
  name,
  metadata: {},
  limits: {},
  retention: {},
  created_at: "2026-11-30T09:00:00Z",
  updated_at: "2026-11-30T09:00:00Z",
});

test("no_tenants_offer_to_create_one", async () => {
  showScreen(tenantsRoute, "/tenants", { "GET /api/v1/tenants": { body: [] }, "GET /api/v1/admin/stats": STATS });
  expect(await screen.findByRole("heading", { name: "No tenants yet" })).toBeDefined();
  expect(screen.getAllByRole("button", { name: "Create tenant" }).length).toBeGreaterThan(0);
});

test("tenants_are_counted_and_hostile_names_stay_text", async () => {
  const body = [tenant("acme", "Acme"), tenant("beta", "<b>\u202eexe</b>")];
  showScreen(tenantsRoute, "/tenants", { "GET /api/v1/tenants": { body }, "GET /api/v1/admin/stats": STATS });
  expect(await screen.findByText("2 tenants.")).toBeDefined();
  expect(await screen.findByText("<b>\\u{202e}exe</b>")).toBeDefined();
});

test("a_search_without_a_result_offers_to_clear_it", async () => {
  const body = [tenant("acme", "Acme")];
  showScreen(tenantsRoute, "/tenants?text=nobody", { "GET /api/v1/tenants": { body }, "GET /api/v1/admin/stats": STATS });
  expect(await screen.findByText("Nothing matches these filters.")).toBeDefined();
  expect(screen.getAllByText("Clear filters").length).toBeGreaterThan(0);
});

test("a_failed_list_says_why", async () => {
  showScreen(tenantsRoute, "/tenants", {
    "GET /api/v1/tenants": { status: 500, body: problem(500, "the store is broken") },
    "GET /api/v1/admin/stats": STATS,
  });
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("the store is broken");
  expect(alert.textContent).toContain("req_7");
});
