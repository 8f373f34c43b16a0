//! Credentials of a receiver and the kinds of secrets: typed once, kept by an edit, never in the page.

import { expect, signIn, test } from "./support/fixtures";
import { acmeOf, create, openForm, section } from "./support/form";

test("a bearer token is sent, kept by an edit, and never in the page", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Authentication to the receiver").click();
  await page.getByRole("combobox", { name: "Authentication", exact: true }).click();
  await page.getByRole("option", { name: "Bearer token" }).click();
  await page.getByLabel("Token", { exact: true }).fill("t0ken-of-the-receiver");
  const id = await create(page);
  await page.getByRole("tab", { name: "Settings" }).click();
  await expect(page.getByText("Bearer token")).toBeVisible();
  expect(await page.content()).not.toContain("t0ken-of-the-receiver");

  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme`);
  await expect(page.getByLabel("Token", { exact: true })).toHaveAttribute("placeholder", "Kept; type to replace");
  await expect(page.getByLabel("Token", { exact: true })).toHaveValue("");
  expect(await page.content()).not.toContain("t0ken-of-the-receiver");
  await page.getByLabel("Description").fill("Ledger");
  await page.getByRole("button", { name: "Save subscription" }).click();
  await expect(page.getByText("The subscription was changed.")).toBeVisible();
  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]?.headers.authorization).toBe("Bearer t0ken-of-the-receiver");
});

test("faults of the server open the section that has them", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 4(01|22)/);
  await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Authentication to the receiver").click();
  await page.getByRole("combobox", { name: "Authentication", exact: true }).click();
  await page.getByRole("option", { name: "OAuth 2.0" }).click();
  await page.getByLabel("Token URL").fill("nonsense");
  await section(page, "Authentication to the receiver").click();
  await expect(page.getByLabel("Token URL")).toBeHidden();
  await page.getByRole("button", { name: "Add subscription" }).click();
  await expect(page.getByLabel("Token URL")).toBeVisible();
  await expect(page.getByLabel("Token URL")).toHaveAccessibleDescription(/absolute URL, for example https/);
});

test("a rotation changes the kind of the secret and names the end of the old one", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  const { id } = await acme.subscribe(receiver.url, { profile: "standard" });
  await signIn(page, server, undefined, `/subscriptions/${id}?tenant=acme&tab=secret`);
  await expect(page.getByText("Kind: Shared secret (HMAC)")).toBeVisible();
  await page.getByRole("button", { name: "Rotate secret" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate secret" });
  await dialog.getByRole("combobox", { name: "Kind of the new secret" }).click();
  await page.getByRole("option", { name: "Key pair (ed25519)" }).click();
  await dialog.getByRole("button", { name: "Rotate secret" }).click();
  await expect(dialog.getByText(/^whpk_/)).toBeVisible();
  await expect(dialog.getByText(/The old secret also signs until/)).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("Kind: Key pair (ed25519)")).toBeVisible();
  const address = (await page.getByText(/\/jwks\.json$/).innerText()).trim();
  const found = (await (await fetch(address)).json()) as { keys: unknown[] };
  expect(found.keys).toHaveLength(1);
  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]?.headers["webhook-signature"]).toMatch(/v1a,\S+ v1,|v1,\S+ v1a,/);
});
