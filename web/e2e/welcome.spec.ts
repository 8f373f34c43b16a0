//! A stranger's path: from the sign-in link of an empty installation to a delivered, verified event.

import { expect, test } from "./support/fixtures";

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
