//! The form of a subscription.

import { expect, type Page } from "@playwright/test";
import type { Api } from "./api";
import { signIn } from "./fixtures";
import type { Server } from "./server";

export async function acmeOf(server: Server): Promise<Api> {
  await server.operator.put("/api/v1/tenants/acme", {});
  return server.operator.in("acme");
}

export const section = (page: Page, title: string) => page.locator("summary").filter({ hasText: title });

/** The form with a URL and a type. */
export async function openForm(page: Page, server: Server, url: string, type = "invoice.paid"): Promise<void> {
  await signIn(page, server, undefined, "/subscriptions/new?tenant=acme");
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByLabel("Add a type or pattern").fill(type);
  await page.getByLabel("Add a type or pattern").press("Enter");
}

export async function create(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Add subscription" }).click();
  const dialog = page.getByRole("dialog", { name: "Add subscription" });
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  return /subscriptions\/(sub_\w+)/.exec(page.url())?.[1] ?? "";
}
