//! The screen of deliveries: filters, live rows, selection and bulk actions.

import type { Page } from "@playwright/test";
import { obey, rowsOf, seedDeliveries, statuses } from "./support/deliveries";
import { expect, signIn, test } from "./support/fixtures";
import { ok } from "./support/receiver";
import { inMinutes } from "./support/server";

async function choose(page: Page, filter: string, option: string | RegExp): Promise<void> {
  await page.getByRole("combobox", { name: filter, exact: true }).click();
  await page.getByRole("option", { name: option }).click();
}

test("each filter narrows the list to its rows, and is in the address", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { broken, voided } = await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  const rows = rowsOf(page);
  await expect(rows).toHaveCount(7);
  const clear = page.getByRole("button", { name: "Clear filters" });
  const only = async (texts: (string | RegExp)[]) => {
    await expect(rows).toHaveCount(texts.length);
    await expect(rows).toHaveText(texts);
  };

  await choose(page, "Status", "Failed");
  await only([/invoice\.voided.*503/, /invoice\.paid.*503/]);
  await page.reload();
  await only([/invoice\.voided.*503/, /invoice\.paid.*503/]);
  await clear.click();
  await expect(rows).toHaveCount(7);
  await choose(page, "Status", "All waiting");
  await only([/Retrying in.*user\.deleted/]);
  await clear.click();

  const type = page.getByRole("combobox", { name: "Event type" });
  await type.fill("invoice.paid");
  await type.press("Enter");
  await only([/invoice\.paid/, /invoice\.paid/]);
  await clear.click();

  await page.goto(`${server.url}/deliveries?tenant=acme&subscription=${broken}`);
  await only([/invoice\.voided.*503/, /invoice\.paid.*503/]);
  await clear.click();

  await page.getByLabel("Response code").fill("5xx");
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: "Delivered" })).toHaveCount(0);
  await clear.click();

  await page.getByLabel("Error, URL or event id").fill(voided);
  await only([/invoice\.voided/, /invoice\.voided/]);
  await clear.click();

  await page.getByRole("button", { name: "More filters" }).click();
  await page.getByLabel("Took at least (ms)").fill("500");
  await only([/file\.uploaded/]);
  await page.getByLabel("Took at least (ms)").fill("");
  await expect(rows).toHaveCount(7);
  await expect(rows.first()).toContainText("file.uploaded");
  await page.getByRole("button", { name: "Oldest first" }).click();
  await expect(rows.first()).toContainText("invoice.paid");
  await page.getByRole("button", { name: "Newest first" }).click();
  await expect(rows.first()).toContainText("file.uploaded");
});

test("a time of one's own narrows the list, and can be changed again", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await expect(rowsOf(page)).toHaveCount(7);
  const before = inMinutes(-60).slice(0, 16);
  await choose(page, "Time", "From … to …");
  const dialog = page.getByRole("dialog", { name: "Time" });
  await dialog.getByLabel("To", { exact: true }).fill(before);
  await dialog.getByRole("button", { name: "Show this time" }).click();
  await expect(page.getByText("No deliveries in this time.")).toBeVisible();
  await choose(page, "Time", "From … to …");
  await expect(dialog.getByLabel("To", { exact: true })).toHaveValue(before);
  await dialog.getByLabel("To", { exact: true }).fill("");
  await dialog.getByLabel("From", { exact: true }).fill(before);
  await dialog.getByRole("button", { name: "Show this time" }).click();
  await expect(rowsOf(page)).toHaveCount(7);
});

test("the breakdown's counts lead to their rows", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await page.getByRole("link", { name: "2 failed" }).click();
  await expect(rowsOf(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Break down" }).click();
  await expect(page.getByRole("link", { name: /HTTP 200\s*4/ })).toBeVisible();
  await page.getByRole("link", { name: /HTTP 503\s*2/ }).click();
  await expect(rowsOf(page)).toHaveText([/503/, /503/]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Break down" }).click();
  await page.getByText("By event type", { exact: true }).click();
  await page.getByRole("link", { name: /user\.deleted\s*2/ }).click();
  await expect(rowsOf(page)).toHaveText([/user\.deleted/, /user\.deleted/]);
});

test("paused live rows are counted and shown at resuming", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { acme } = await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  const rows = rowsOf(page);
  await expect(rows).toHaveCount(7);
  await page.getByRole("button", { name: "Pause live rows" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await acme.publish("file.uploaded", {});
  await expect(page.getByRole("button", { name: "1 new" })).toBeVisible();
  await acme.publish("file.uploaded", {});
  await expect(page.getByRole("button", { name: "2 new" })).toBeVisible();
  await expect(rows).toHaveCount(7);
  await page.getByRole("button", { name: "Resume live rows" }).click();
  await expect(rows).toHaveCount(9);
  await expect(page.getByRole("button", { name: /new$/ })).toHaveCount(0);
  await acme.publish("file.uploaded", {});
  await expect(rows).toHaveCount(10);
});

test("selected rows are resent, and waiting ones that match are cancelled", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { acme } = await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme&status=failed");
  const rows = rowsOf(page);
  await expect(rows).toHaveCount(2);
  receiver.behaviour = ok;
  const before = receiver.received.length;
  await rows.nth(0).getByLabel("Select row").check();
  await rows.nth(1).getByLabel("Select row").check();
  await page.getByRole("button", { name: "Resend 2 deliveries" }).click();
  await expect(page.getByRole("dialog").getByText("2 deliveries are sent again now")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Resend 2 deliveries" }).click();
  await expect(page.getByText("2 deliveries were sent again.")).toBeVisible();
  await expect.poll(() => receiver.received.length).toBe(before + 2);
  await expect.poll(async () => (await statuses(acme)).filter((status) => status === "failed").length).toBe(0);
  await expect(page.getByText("Nothing matches these filters.")).toBeVisible();

  obey(receiver);
  await acme.publish("user.deleted", {});
  await acme.publish("user.deleted", {});
  await expect.poll(async () => (await statuses(acme)).filter((status) => status === "retrying").length).toBe(3);
  await page.goto(`${server.url}/deliveries?tenant=acme&type=user.deleted`);
  await cancelWaiting(page, "3 waiting deliveries will not be sent.", "Cancel 3 deliveries");
  await expect(page.getByText("3 deliveries were cancelled.")).toBeVisible();
  await expect.poll(async () => (await statuses(acme)).includes("retrying")).toBe(false);
  await acme.publish("user.deleted", {});
  await expect.poll(async () => (await statuses(acme)).filter((status) => status === "retrying").length).toBe(1);
  await cancelWaiting(page, "1 waiting delivery will not be sent.", "Cancel 1 delivery");
  await expect(page.getByText("1 delivery was cancelled.")).toBeVisible();
});

async function cancelWaiting(page: Page, text: string, action: string): Promise<void> {
  await page.getByRole("button", { name: "Bulk actions" }).click();
  await page.getByRole("menuitem", { name: "Cancel waiting ones that match…" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel waiting deliveries" });
  await expect(dialog.getByText(text)).toBeVisible();
  await dialog.getByRole("button", { name: action, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

test("the wait for the next attempt counts down", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seedDeliveries(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme&status=retrying");
  await rowsOf(page).getByRole("link").click();
  const next = page.getByRole("complementary", { name: "Delivery" }).getByText("Next in").locator("..").locator("time");
  const seconds = async () => {
    const [, minutes, rest] = /^(\d+) min(?: (\d+) s)?/.exec(await next.innerText()) ?? [];
    return Number(minutes) * 60 + Number(rest ?? 0);
  };
  await expect(next).toHaveText(/^[45] min/);
  const first = await seconds();
  await expect.poll(seconds).toBeLessThan(first);
});

test("rows name receivers beyond the newest 200 subscriptions", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 40[14]/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  obey(receiver);
  const kept = await acme.subscribe(receiver.url, { description: "Ledger of old" });
  const deleted = await acme.subscribe(receiver.url, { description: "Gone" });
  for (let number = 0; number < 3; number += 1) await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(6);
  await acme.call("DELETE", `/api/v1/webhooks/subscriptions/${deleted.id}`);
  for (let number = 0; number < 200; number += 1) await acme.subscribe(receiver.url, { events: ["user.deleted"] });
  const asked: string[] = [];
  page.on("request", (request) => {
    if (/\/subscriptions\/sub_/.test(request.url())) asked.push(request.url());
  });
  for (const tenant of ["?tenant=acme", "?"]) {
    asked.length = 0;
    if (tenant === "?") await page.goto(`${server.url}/deliveries`);
    else await signIn(page, server, undefined, `/deliveries${tenant}`);
    await expect(rowsOf(page).filter({ hasText: "Ledger of old" })).toHaveCount(3);
    await expect(rowsOf(page).filter({ hasText: deleted.id.slice(0, 8) })).toHaveCount(3);
    await expect.poll(() => asked.length).toBe(2);
    expect(asked.some((url) => url.includes(kept.id))).toBe(true);
  }
});
