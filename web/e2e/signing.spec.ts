//! Signing in and out.

import { expect, signIn, test } from "./support/fixtures";
import { OPERATOR_KEY } from "./support/server";

test("the link of serve --dev signs in once", async ({ page, browser, server, expected }) => {
  const link = /Dashboard +(\S+)/.exec(server.printed)?.[1] ?? "";
  await page.goto(link);
  await expect(page.getByRole("navigation", { name: "Screens" })).toBeVisible();
  expect(page.url()).not.toContain("code");

  // A second browser cannot use it.
  expected.push(/status of 401/);
  const other = await browser.newPage();
  await other.goto(link);
  await expect(other.getByRole("alert")).toContainText("was used already");
  await other.close();
});

test("a wrong key is refused, a right one signs in at the same address, and signing out ends the session", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await page.goto(`${server.url}/deliveries?status=failed`);
  const key = page.getByLabel("Key", { exact: true });
  await key.fill("pk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("This key is not valid.")).toBeVisible();
  await key.fill(OPERATOR_KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Deliveries" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("status")).toBe("failed");

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(key).toBeVisible();
  await page.reload();
  await expect(key).toBeVisible();
});

test("a revoked key ends its session", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  const operator = server.operator;
  const key = await operator.tenantKey("acme");
  await signIn(page, server, key);
  await expect(page.getByRole("navigation", { name: "Screens" })).toBeVisible();
  const [made] = await operator.in("acme").get<{ id: string }[]>("/api/v1/keys");
  await operator.in("acme").call("DELETE", `/api/v1/keys/${made?.id}`);
  // The page learns it without a click, from its stream or its next request.
  await expect(page.getByLabel("Key", { exact: true })).toBeVisible();
  await page.goto(`${server.url}/subscriptions`);
  await expect(page.getByLabel("Key", { exact: true })).toBeVisible();
});
