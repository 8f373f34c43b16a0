import { expect, test } from "vitest";
import type { Stats, Tenant } from "@/api/types";
import { dayOf, matches } from "./queries";
import { toBody, toValues } from "./values";

const TENANT = {
  id: "acme",
  name: "Acme",
  metadata: {},
  limits: { publish: { limit: 10, period: "minute", burst: 5 }, subscriptions: 3 },
  retention: { rows_days: 30 },
  created_at: "2026-11-30T09:00:00Z",
  updated_at: "2026-11-30T09:00:00Z",
} as Tenant;

test("a_tenant_is_found_by_a_part_of_its_name_or_id", () => {
  expect(matches(TENANT, " ACM ")).toBe(true);
  expect(matches({ id: "t-1", name: null }, "T-")).toBe(true);
  expect(matches(TENANT, "beta")).toBe(false);
});

test("an_unchanged_form_keeps_every_limit", () => {
  expect(toBody(toValues(TENANT))).toEqual({
    name: "Acme",
    limits: { subscriptions: 3, keys: null, payload_bytes: null, publish: { limit: 10, period: "minute", burst: 5 } },
    retention: { payload_days: null, rows_days: 30 },
    egress: null,
  });
});

test("an_unchanged_form_keeps_the_egress", () => {
  const proxy = { url: "http://proxy:3128", username: "me", password: "***", addresses: ["198.51.100.4"] };
  for (const egress of [{ proxy }, { source_addresses: ["203.0.113.7", "2001:db8::7"] }]) {
    expect(toBody(toValues({ ...TENANT, egress })).egress).toEqual(egress);
  }
  const bare = { ...toValues({ ...TENANT, egress: { proxy } }), proxyUser: " ", proxyAddresses: "198.51.100.4 198.51.100.5" };
  expect(toBody(bare).egress).toEqual({
    proxy: { url: "http://proxy:3128", username: null, password: null, addresses: ["198.51.100.4", "198.51.100.5"] },
  });
});

test("an_empty_field_restores_the_default_of_the_installation", () => {
  const body = toBody({ ...toValues(TENANT), name: "  ", rate: null, subscriptions: null });
  expect(body.name).toBeNull();
  expect(body.limits).toMatchObject({ publish: null, subscriptions: null });
  expect(toBody({ ...toValues(TENANT), subscriptions: 0 }).limits?.subscriptions).toBe(0);
});

test("a_tenant_beyond_the_busiest_is_not_shown_as_idle", () => {
  const group = { tenant_id: "acme", created: 7, by_status: { failed: 1, exhausted: 2, disabled: 3 } };
  const stats = (total: number) => ({ groups: [group], groups_total: total }) as unknown as Stats;
  expect(dayOf(stats(1), "acme")).toEqual({ created: 7, failed: 6 });
  expect(dayOf(stats(1), "beta")).toEqual({ created: 0, failed: 0 });
  expect(dayOf(stats(900), "beta")).toBeNull();
});
