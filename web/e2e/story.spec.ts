//! The path of a webhook: create, test, publish, break, mend, resend.

import { answer, isSigned, ok } from "./support/receiver";
import { expect, signIn, test } from "./support/fixtures";
import { OPERATOR_KEY } from "./support/server";

for (const who of ["operator", "tenant"] as const) {
  test(`${who}: a webhook is created, tested, delivered, broken, mended and resent`, async ({ page, server, receiver, expected }) => {
    expected.push(/status of 401/);
    const operator = server.operator;
    const key = who === "operator" ? OPERATOR_KEY : await operator.tenantKey("acme");
    if (who === "operator") await operator.put("/api/v1/tenants/acme", { name: "Acme" });
    const tenant = who === "operator" ? "?tenant=acme" : "";
    await signIn(page, server, key, `/subscriptions/new${tenant}`);

    await page.getByLabel("URL", { exact: true }).fill(receiver.url);
    await expect(page.getByText("The URL can be reached by the rules of this installation.")).toBeVisible();
    await page.getByRole("combobox", { name: "Profile" }).click();
    await page.getByRole("option", { name: /Standard Webhooks/ }).click();
    await page.getByLabel("All event types, also future ones").check();
    await page.getByRole("button", { name: "Add subscription" }).click();
    const made = page.getByRole("dialog", { name: "Add subscription" });
    const secret = await made.getByText(/^whsec_/).innerText();
    await made.getByRole("button", { name: "Close" }).last().click();

    await page.getByRole("button", { name: "Send test event" }).first().click();
    await expect(page.getByText(/Delivered: HTTP 200/)).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    expect(receiver.received.map((request) => isSigned(request, secret))).toEqual([true]);

    // The page is open before the event is published.
    await page.goto(`${server.url}/deliveries${tenant}`);
    const table = page.getByRole("table", { name: "Deliveries" });
    await expect(table.getByRole("row")).toHaveCount(2);
    await expect(page.getByText("Live", { exact: true })).toBeVisible();
    await operator.in("acme").publish("invoice.paid", { invoice_id: "inv_1", amount: 12345678901234567890n.toString() });
    const row = table.getByRole("row").filter({ hasText: "invoice.paid" });
    await expect(row.getByText("Delivered")).toBeVisible();
    await expect.poll(() => receiver.received.length).toBe(2);

    receiver.behaviour = answer(503, '{"error":"maintenance"}', { "content-type": "application/json" });
    await operator.in("acme").publish("invoice.voided", { invoice_id: "inv_2" });
    const broken = table.getByRole("row").filter({ hasText: "invoice.voided" });
    await expect(broken.getByText(/Retrying in/)).toBeVisible();
    await broken.getByRole("link").click();
    const panel = page.getByRole("complementary", { name: "Delivery" });
    await expect(panel.getByText("The last attempt failed: the receiver answered 503.")).toBeVisible();
    const countdown = panel.getByText("Next in").locator("..");
    const first = await countdown.innerText();
    await expect(countdown).not.toHaveText(first);
    await panel.getByRole("tab", { name: "Response" }).or(panel.getByText("Response", { exact: true })).first().click();
    await expect(panel.getByText("maintenance")).toBeVisible();

    receiver.behaviour = ok;
    await panel.getByRole("button", { name: "Send now" }).click();
    await expect(panel.getByText("Delivered after 2 attempts.")).toBeVisible();
    await expect(broken.getByText("Delivered")).toBeVisible();
    await panel.getByRole("button", { name: "Resend" }).first().click();
    await expect.poll(() => receiver.received.length).toBe(5);
    expect(receiver.received.every((request) => isSigned(request, secret))).toBe(true);
  });
}
