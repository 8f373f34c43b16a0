//! The operator's screens: tenants, keys, portal links, replays, the pause of the installation, operational events.

import { expect, signIn, test } from "./support/fixtures";
import { answer, ok } from "./support/receiver";

test("a tenant is created with limits, which hold", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 40[14]/);
  await signIn(page, server, undefined, "/tenants");
  await page.getByRole("button", { name: "Create tenant" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create tenant" });
  await dialog.getByLabel("Id", { exact: true }).fill("acme");
  await dialog.getByLabel("Name").fill("Acme Ltd");
  await dialog.getByLabel("Subscriptions").fill("1");
  await dialog.getByLabel("Events published").fill("5");
  await dialog.getByRole("combobox", { name: "Per" }).click();
  await page.getByRole("option", { name: "hour" }).click();
  await dialog.getByRole("button", { name: "Create tenant" }).click();
  const panel = page.getByRole("complementary", { name: "Tenant" });
  await expect(panel.getByText("Acme Ltd")).toBeVisible();
  await expect(panel.getByText(/5 per hour/)).toBeVisible();
  await expect(page.getByRole("table", { name: "Tenants" }).getByRole("row").filter({ hasText: "acme" })).toContainText(/0 of 1/);
  const acme = server.operator.in("acme");
  await acme.subscribe(receiver.url);
  await expect(acme.subscribe(`${receiver.url}/second`)).rejects.toThrow(/limit/);
  const row = page.getByRole("table", { name: "Tenants" }).getByRole("row").filter({ hasText: "acme" });
  await page.reload();
  await expect(row).toContainText("1 of 1");

  // The same id again is refused, and changes nothing.
  await page.getByRole("button", { name: "Create tenant" }).first().click();
  await dialog.getByLabel("Id", { exact: true }).fill("acme");
  await dialog.getByRole("button", { name: "Create tenant" }).click();
  await expect(dialog.getByText("A tenant with this id exists already.")).toBeVisible();
});

test("a key is shown once, works, and ends at its revocation", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  await signIn(page, server, undefined, "/keys?tenant=acme");
  await page.getByRole("button", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create key" });
  await dialog.getByLabel("Name").fill("Billing");
  await dialog.getByRole("combobox", { name: "Expires" }).click();
  await page.getByRole("option", { name: "After 30 days" }).click();
  const networks = dialog.getByLabel("Networks");
  await networks.fill("127.0.0.0/8, nowhere");
  expected.push(/status of 422/);
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(networks).toHaveAttribute("aria-invalid", "true");
  await networks.fill("127.0.0.0/8, 10.0.0.0/8");
  await dialog.getByRole("button", { name: "Create key" }).click();
  const key = await dialog.getByRole("region", { name: "Key", exact: true }).locator("code").innerText();
  const call = async () =>
    (await fetch(`${server.url}/api/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: '{"type": "invoice.paid", "data": {}}',
    })).status;
  expect(await call()).toBeLessThan(300);
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.reload();
  const row = page.getByRole("table", { name: "Keys" }).getByRole("row").filter({ hasText: "Billing" });
  await expect(row).toBeVisible();
  expect(await page.content()).not.toContain(key);
  await row.getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Key" });
  await expect(panel).toContainText("127.0.0.0/8, 10.0.0.0/8");
  await expect(panel).not.toContainText("never, until it is revoked");
  await panel.getByRole("button", { name: "Replace key" }).click();
  const replacing = page.getByRole("dialog", { name: "Replace key" });
  await replacing.getByRole("button", { name: "Replace key" }).click();
  const next = await replacing.getByRole("region", { name: "Key", exact: true }).locator("code").innerText();
  expect(next).not.toBe(key);
  expect(await call()).toBeLessThan(300);
  await replacing.getByRole("button", { name: "Done" }).click();
  // The newest is first; the replaced one is revoked through the API.
  const [, old] = await server.operator.in("acme").get<{ id: string; created_at: string; expires_at: string }[]>("/api/v1/keys");
  const days = (Date.parse(old?.expires_at ?? "") - Date.parse(old?.created_at ?? "")) / 86_400_000;
  expect(days).toBeGreaterThan(0);
  expect(days).toBeLessThan(2);
  await server.operator.in("acme").call("DELETE", `/api/v1/keys/${old?.id}`);
  expect(await call()).toBe(401);
  await page.reload();
  await page.goto(`${server.url}/keys?tenant=acme`);
  await row.getByRole("link").click();
  await panel.getByRole("button", { name: "Revoke key" }).click();
  await page.getByRole("dialog", { name: "Revoke key" }).getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("The key is revoked.")).toBeVisible();
  await expect(page.getByText("This tenant has no keys.")).toBeVisible();
  expect(await call()).toBe(401);
});

test("a portal link opens for its tenant, and ends at its revocation", async ({ page, browser, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  await server.operator.in("acme").subscribe(receiver.url, { description: "Ledger of acme" });
  await signIn(page, server, undefined, "/portal-links?tenant=acme");
  await page.getByRole("button", { name: "Create portal link" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create portal link" });
  await dialog.getByLabel("Name of your product").fill("Example Ltd");
  await dialog.getByRole("button", { name: "Create portal link" }).click();
  const url = await dialog.getByRole("region", { name: "URL for the customer’s browser" }).locator("code").innerText();
  const customer = await browser.newPage();
  await customer.goto(url);
  await customer.getByRole("link", { name: "Subscriptions" }).click();
  await expect(customer.getByText("Ledger of acme")).toBeVisible();

  await dialog.getByRole("button", { name: "Done" }).click();
  await page.getByRole("table", { name: "Portal links" }).getByRole("row").nth(1).getByRole("link").click();
  await page.getByRole("complementary", { name: "Portal link" }).getByRole("button", { name: "Revoke portal link" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke portal link" }).click();
  await expect(page.getByText("The portal link is revoked.")).toBeVisible();
  await expect(page.getByRole("table", { name: "Portal links" }).getByRole("row").nth(1)).toContainText("Revoked");
  await expect(customer.getByText("Ledger of acme")).toHaveCount(0);
  await customer.close();
});

test("a replay is counted first, and runs to its end", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  receiver.behaviour = answer(500);
  await acme.subscribe(receiver.url, { retry_enabled: false, description: "Ledger" });
  await acme.post("/api/v1/events/batch", { events: Array.from({ length: 12 }, (_, number) => ({ type: "invoice.paid", data: { number } })) });
  const failed = async () => (await acme.get<unknown[]>("/api/v1/webhooks/deliveries?status=failed&limit=50")).length;
  await expect.poll(failed).toBe(12);
  receiver.behaviour = ok;
  await signIn(page, server, undefined, "/replays?tenant=acme");
  await page.getByRole("button", { name: "New replay" }).click();
  const dialog = page.getByRole("dialog", { name: "New replay" });
  await expect(dialog.getByRole("button", { name: "Start replay" })).toBeDisabled();
  await dialog.getByRole("combobox", { name: "Subscription" }).click();
  await page.getByRole("option", { name: /Ledger/ }).click();
  await expect(dialog.getByText("12 deliveries will be sent")).toBeVisible();
  expect(receiver.received).toHaveLength(12);
  await dialog.getByRole("button", { name: "Replay 12 deliveries" }).click();
  const panel = page.getByRole("complementary", { name: "Replay" });
  await expect(panel.getByText("Completed: 12 deliveries were queued.")).toBeVisible();
  await expect(page.getByRole("table", { name: "Replays" }).getByRole("row").nth(1)).toContainText("Completed");
  await expect.poll(() => receiver.received.length).toBe(24);
  await expect.poll(failed).toBe(0);
});

test("the installation is paused and resumed", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  await acme.subscribe(receiver.url);
  await signIn(page, server, undefined, "/nodes");
  await page.getByRole("button", { name: "Pause all deliveries" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause all deliveries" }).click();
  await expect(page.getByRole("heading", { name: /^All deliveries are paused\./ })).toBeVisible();
  await acme.publish("invoice.paid", {});
  await expect(page.getByRole("heading", { name: /1 delivery waits/ })).toBeVisible();
  expect(receiver.received).toEqual([]);
  await page.reload();
  await page.getByRole("button", { name: "Resume all deliveries" }).click();
  const dialog = page.getByRole("dialog", { name: "Resume all deliveries" });
  await expect(dialog.getByText(/^1 waiting delivery can be sent again/)).toBeVisible();
  await dialog.getByRole("button", { name: "Resume all deliveries" }).click();
  await expect(page.getByText("Deliveries are sent again.")).toBeVisible();
  await expect.poll(() => receiver.received.length).toBe(1);
  await expect(page.getByRole("heading", { name: /nothing waits/ })).toBeVisible();
});

test("a subscription that is disabled by 410 is an operational event", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const system = server.operator.in("_postrider");
  await system.subscribe(`${receiver.url}/alerts`, { events: ["postrider.*"] });
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  receiver.behaviour = (request, response) => (request.path.endsWith("/gone") ? answer(410) : ok)(request, response);
  await acme.subscribe(`${receiver.url}/gone`);
  await signIn(page, server, undefined, "/deliveries");
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Operational events" }).click();
  await expect(page.getByRole("table", { name: "Operational events" }).getByRole("row").nth(1)).toContainText("Subscription created");
  await acme.publish("invoice.paid", {});
  // The list follows the stream while its first row is in sight.
  await expect(page.getByRole("button", { name: "Pause live rows" })).toBeVisible();
  const row = page.getByRole("table", { name: "Operational events" }).getByRole("row").filter({ hasText: "Subscription disabled" });
  await expect(row).toContainText("acme");
  await row.getByRole("link").first().click();
  const panel = page.getByRole("complementary", { name: "Operational event" });
  await expect(panel.getByText(/410|gone/i).first()).toBeVisible();
  await panel.getByRole("link", { name: /\/gone/ }).click();
  await expect(page.getByText("Disabled: its receiver answered 410 Gone.")).toBeVisible();
  await expect.poll(() => receiver.received.some(({ path, body }) => path.endsWith("/alerts") && body.includes("postrider.subscription.disabled"))).toBe(true);
});

test("a setting is found by words of its name or description", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await signIn(page, server, undefined, "/settings");
  const find = page.getByRole("textbox", { name: "Find a setting" });
  await find.fill("sqlite store");
  await expect(page.getByText("POSTRIDER_LISTEN", { exact: true })).toHaveCount(0);
  await expect(page.getByText("POSTRIDER_STORE", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/text=/);
  await find.fill("no such setting");
  await expect(page.getByText("No setting has these words in its name or description.")).toBeVisible();
});
