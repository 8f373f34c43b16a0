//! A node restarts under an open page, and the page misses nothing.

import { expect, signIn, test } from "./support/fixtures";

test("a page whose node restarts shows what happened meanwhile, without a reload", async ({ page, installation, receiver, store, expected }) => {
  // The browser itself prints requests to a server that is away.
  expected.push(/status of 401/, /ERR_/, /status of 50/);
  const first = await installation.node();
  // SQLite has one node, so nothing can be published while it is away.
  const second = store === "postgresql" ? await installation.node() : first;
  await second.operator.put("/api/v1/tenants/acme", {});
  await second.operator.in("acme").subscribe(receiver.url);
  await signIn(page, first, undefined, "/deliveries?tenant=acme");
  const table = page.getByRole("table", { name: "Deliveries" });
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  const publish = (node: typeof first, type: string) => node.operator.in("acme").publish(type, {});
  const delivered = (type: string) => table.getByRole("row").filter({ hasText: type }).getByText("Delivered");

  await publish(second, "before.restart");
  await expect(delivered("before.restart")).toBeVisible();
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  await first.stop();
  if (second !== first) await publish(second, "during.restart");
  await first.start();
  if (second === first) await publish(first, "during.restart");
  await expect(delivered("during.restart")).toBeVisible({ timeout: 40_000 });
  await publish(first, "after.restart");
  await expect(delivered("after.restart")).toBeVisible({ timeout: 40_000 });
  await expect(table.getByRole("row")).toHaveCount(4);
  expect(await page.evaluate(() => (window as unknown as { same: boolean }).same)).toBe(true);
});
