//! The tabs of a subscription: its secret, the code that verifies, and the breaker.

import { createServer } from "node:http";
import { expect, signIn, test } from "./support/fixtures";
import { isSigned } from "./support/receiver";
import { freePort, inMinutes } from "./support/server";

test("a rotated secret signs beside the old one for the time of grace", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const { id, secret: old } = await acme.subscribe(receiver.url);
  await signIn(page, server, undefined, `/subscriptions/${id}?tenant=acme&tab=secret`);
  await expect(page.getByText(old)).toHaveCount(0);
  await page.getByRole("button", { name: "Reveal secret" }).click();
  await expect(page.getByText(old)).toBeVisible();
  await page.getByRole("button", { name: "Hide secret" }).click();
  await expect(page.getByText(old)).toHaveCount(0);

  await page.getByRole("button", { name: "Rotate secret" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate secret" });
  await dialog.getByRole("combobox", { name: "The old secret signs for" }).click();
  await page.getByRole("option", { name: "1 hour" }).click();
  await dialog.getByRole("button", { name: "Rotate secret" }).click();
  const fresh = await dialog.getByText(/^whsec_/).innerText();
  expect(fresh).not.toBe(old);
  await expect(dialog.getByText(/^The old secret also signs until .+\.$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();

  await expect(page.getByText(/^The old secret also signs until/)).toBeVisible();
  await page.getByRole("button", { name: "Reveal secret" }).click();
  const tab = page.getByRole("tabpanel", { name: "Secret" });
  await expect(tab.getByText("Signs now").locator("..")).toContainText(fresh);
  const former = tab.getByText("also signs until").locator("..");
  await expect(former).toContainText(old);
  const until = Date.parse((await former.locator("time").getAttribute("datetime")) ?? "");
  expect(Math.abs(until - Date.parse(inMinutes(60)))).toBeLessThan(60_000);

  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
  const [request] = receiver.received;
  expect(request?.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
  expect([fresh, old].map((secret) => request && isSigned(request, secret))).toEqual([true, true]);
});

test("code that verifies requests is there in eight languages", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const { id } = await acme.subscribe(receiver.url, { profile: "standard" });
  await signIn(page, server, undefined, `/subscriptions/${id}?tenant=acme&tab=code`);
  const language = page.getByRole("combobox", { name: "Language" });
  await language.click();
  const languages = await page.getByRole("option").allInnerTexts();
  expect(languages).toHaveLength(8);
  await page.keyboard.press("Escape");
  const seen = new Set<string>();
  for (const name of languages) {
    await language.click();
    await page.getByRole("option", { name, exact: true }).click();
    await expect(language).toHaveValue(name);
    const code = await page.getByRole("tabpanel", { name: "Code" }).locator("pre").innerText();
    expect(code, name).toMatch(/hmac/i);
    expect(code, name).toMatch(/whsec_/);
    seen.add(code);
  }
  expect(seen.size).toBe(8);
});

test("an open breaker shows in list and page, and closing it sends what waits", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const port = await freePort();
  const breaker = { connection_failures: 2, pause_seconds: 600, longest_pause_seconds: 600 };
  await acme.subscribe(`http://127.0.0.1:${port}/hook`, { circuit_breaker: breaker, retry: { schedule: [600, 600] } });
  for (let sent = 0; sent < 3; sent += 1) await acme.publish("invoice.paid", {});
  await signIn(page, server, undefined, "/subscriptions?tenant=acme");
  const row = page.getByRole("table", { name: "Subscriptions" }).getByRole("row").nth(1);
  await expect(row.getByText("Breaker open")).toBeVisible();
  await row.getByRole("link").click();
  await page.getByRole("tab", { name: "Breaker" }).click();
  await expect(page.getByText("Open: deliveries wait, and none is lost.")).toBeVisible();
  await expect(page.getByText(/Next probe in/)).toContainText(/min|s/);

  let received = 0;
  const mended = createServer((_request, response) => {
    received += 1;
    response.end("thanks");
  });
  await new Promise<void>((resolve) => mended.listen(port, "127.0.0.1", resolve));
  await page.getByRole("button", { name: "Close breaker" }).click();
  const dialog = page.getByRole("dialog", { name: "Close breaker" });
  await expect(dialog.getByText("3 waiting deliveries can be sent again: new ones at once")).toBeVisible();
  await dialog.getByRole("button", { name: "Close breaker" }).click();
  await expect(page.getByText("The breaker is closed: deliveries are sent again.")).toBeVisible();
  await expect(page.getByText("Closed: deliveries are sent.")).toBeVisible();
  // Two failed and wait for their retry, the third was held back.
  await expect.poll(() => received).toBe(1);
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  mended.closeAllConnections();
  mended.close();
});
