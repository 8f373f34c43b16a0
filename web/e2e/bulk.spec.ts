//! Thousands of failed deliveries are resent by filter, with their number before.

import { answer, ok } from "./support/receiver";
import { expect, signIn, test } from "./support/fixtures";

const FAILED = 10_000;
const BATCH = 500;

interface Counts {
  statuses: { status: string; deliveries: number }[];
}

test("10,000 failed deliveries are counted, resent and delivered", async ({ page, server, receiver, expected }) => {
  test.setTimeout(300_000);
  expected.push(/status of 401/);
  receiver.behaviour = answer(500);
  const acme = server.operator.in("acme");
  await server.operator.put("/api/v1/tenants/acme", {});
  await acme.subscribe(receiver.url, { retry_enabled: false, circuit_breaker: { enabled: false }, max_in_flight: 64 });
  for (let sent = 0; sent < FAILED; sent += BATCH) {
    const events = Array.from({ length: BATCH }, (_, index) => ({ type: "invoice.paid", data: { number: sent + index } }));
    await acme.post("/api/v1/events/batch", { events });
  }
  const count = async (status: string) => {
    const { statuses } = await acme.get<Counts>(`/api/v1/webhooks/deliveries/counts?status=${status}`);
    return statuses[0]?.deliveries;
  };
  await expect.poll(() => count("failed"), { timeout: 120_000 }).toBe(FAILED);

  receiver.behaviour = ok;
  await signIn(page, server, undefined, "/deliveries?tenant=acme&status=failed");
  await expect(page.getByText("10,000 failed").first()).toBeVisible();
  await page.getByRole("button", { name: "Bulk actions" }).click();
  await page.getByRole("menuitem", { name: /Resend failed ones that match/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("10,000 failed deliveries to 1 subscription are queued")).toBeVisible();
  await dialog.getByRole("button", { name: "Resend 10,000 deliveries" }).click();
  await expect(page.getByText("10,000 deliveries were queued.")).toBeVisible();
  await expect.poll(() => count("success"), { timeout: 120_000 }).toBe(FAILED);
  expect(await count("failed")).toBe(0);
});
