//! Egress of a tenant: set by the operator, read by the customer where a URL is entered.

import { expect, signIn, test } from "./support/fixtures";
import { acmeOf, create, section } from "./support/form";

test("the operator sets an egress, and the form of a subscription names where requests come from", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 4(01|22)/);
  const acme = await acmeOf(server);
  await signIn(page, server);
  await page.goto(`${server.url}/tenants?open=acme`);
  await page.getByRole("button", { name: "Edit tenant" }).click();
  const form = page.getByRole("dialog", { name: "Edit tenant" });
  await form.getByText("Proxy", { exact: true }).click();
  await form.getByLabel("URL of the proxy").fill("https://proxy:3128");
  await form.getByLabel("User name").fill("me");
  await form.getByLabel("Password").fill("hush");
  await form.getByRole("button", { name: "Save tenant" }).click();
  await expect(form.getByLabel("URL of the proxy")).toHaveAccessibleDescription(/must begin with http/);
  await form.getByLabel("URL of the proxy").fill("http://proxy:3128");
  await form.getByRole("button", { name: "Save tenant" }).click();
  await expect(page.getByText("Through http://proxy:3128")).toBeVisible();

  await page.getByRole("button", { name: "Edit tenant" }).click();
  await expect(form.getByLabel("Password")).toHaveValue("***");
  await form.getByText("Source addresses", { exact: true }).click();
  await form.getByRole("textbox", { name: "Source addresses" }).fill("127.0.0.1");
  await form.getByRole("button", { name: "Save tenant" }).click();
  await expect(page.getByText("From 127.0.0.1")).toBeVisible();

  await page.goto(`${server.url}/subscriptions/new?tenant=acme`);
  await page.getByLabel("URL", { exact: true }).fill(receiver.url);
  await page.getByLabel("Add a type or pattern").fill("invoice.paid");
  await page.getByLabel("Add a type or pattern").press("Enter");
  await expect(page.getByText("Requests come from 127.0.0.1")).toBeVisible();
  await section(page, "Form of the request").click();
  await page.getByRole("combobox", { name: "HTTP version" }).click();
  await page.getByRole("option", { name: "HTTP/1.1" }).click();
  await create(page);
  await page.getByRole("tab", { name: "Settings" }).click();
  await expect(page.getByText("Requests come from 127.0.0.1")).toBeVisible();
  await expect(page.getByText("HTTP version")).toBeVisible();
  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
});
