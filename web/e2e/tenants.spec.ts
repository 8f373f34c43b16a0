//! Objects of another tenant are not found by any session.

import { expect, signIn, test } from "./support/fixtures";

test("a deep link to another tenant's object is a plain 404 screen", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 40[14]/);
  const operator = server.operator;
  const key = await operator.tenantKey("acme");
  await operator.put("/api/v1/tenants/beta", { name: "Beta" });
  const beta = operator.in("beta");
  const subscription = await beta.subscribe(receiver.url, { description: "the secret project of beta" });
  const event = await beta.publish("invoice.paid", { secret: "of beta" });
  await expect.poll(() => receiver.received.length).toBe(1);
  const [delivery] = await beta.get<{ id: string }[]>("/api/v1/webhooks/deliveries");

  await signIn(page, server, key);
  const links = [
    `/subscriptions/${subscription.id}`,
    `/subscriptions/${subscription.id}/edit`,
    `/deliveries?open=${delivery?.id}`,
    `/events?open=${event.id}`,
    // The tenant in the address is the operator's choice; a tenant's session has one tenant.
    `/subscriptions/${subscription.id}?tenant=beta&of=beta`,
    `/deliveries?tenant=beta&open=${delivery?.id}&of=beta`,
  ];
  for (const link of links) {
    await page.goto(server.url + link);
    await expect(page.getByText("Nothing is here"), link).toBeVisible();
    await expect(page.locator("body"), link).not.toContainText("beta", { ignoreCase: true });
    await expect(page).not.toHaveTitle(/beta/i);
  }
});

test("an address that no screen has is a 404 screen", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await signIn(page, server);
  await page.goto(`${server.url}/no/such/screen`);
  await expect(page.getByText("Nothing is here")).toBeVisible();
});
