//! A stranger's path: from the sign-in link of an empty installation to a delivered, verified event.

import { expect, signIn, test } from "./support/fixtures";

/** Milliseconds from the link to the delivered event. */
const LONGEST = 60_000;

test("two clicks lead from the sign-in link to a delivered, verified event", async ({ page, server }) => {
  const begin = performance.now();
  await page.goto(/Dashboard +(\S+)/.exec(server.printed)?.[1] ?? "");
  await page.getByRole("button", { name: "Create subscription" }).click();
  await page.getByRole("button", { name: "Publish event" }).click();
  await expect(page.getByText(/Your first event was delivered/)).toBeVisible();
  await expect(page.getByText("Signature verified").or(page.getByText("The signature is right")).first()).toBeVisible();
  expect(performance.now() - begin).toBeLessThan(LONGEST);
});

test("the steps say that nothing is subscribed only while it is so", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  await signIn(page, server, undefined, "/welcome");
  await expect(page.getByRole("heading", { level: 1, name: "First steps" })).toBeVisible();
  await expect(page.getByText("Nothing is subscribed yet. Three steps lead to a delivered, verified event.")).toBeVisible();
  await server.operator.in("acme").subscribe("http://127.0.0.1:9/hook");
  await page.reload();
  await expect(page.getByText("Three steps lead to a delivered, verified event.", { exact: true })).toBeVisible();
});
