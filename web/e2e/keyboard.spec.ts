//! The keyboard: palette, lists, panels, letters, the skip link; and preferences that are kept.

import type { Page } from "@playwright/test";
import type { Api } from "./support/api";
import { expect, signIn, test } from "./support/fixtures";
import type { Receiver } from "./support/receiver";
import { inMinutes, type Server } from "./support/server";

const tableOf = (page: Page) => page.getByRole("table", { name: "Deliveries" });
const panelOf = (page: Page) => page.getByRole("complementary", { name: "Delivery" });
const focusedRow = (page: Page) => tableOf(page).getByRole("row").filter({ has: page.locator(":focus") });

/** Three events, the newest is `third.one`. */
async function seed(server: Server, receiver: Receiver): Promise<{ acme: Api; delivery: string; subscription: string }> {
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const { id } = await acme.subscribe(receiver.url);
  for (const type of ["first.one", "second.one", "third.one"]) await acme.publish(type, {});
  await expect.poll(() => receiver.received.length).toBe(3);
  const [newest] = await acme.get<{ id: string }[]>("/api/v1/webhooks/deliveries?limit=1");
  return { acme, delivery: newest?.id ?? "", subscription: id };
}

test("the palette leads to a screen and to an id", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { delivery, subscription } = await seed(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await expect(tableOf(page).getByRole("row")).toHaveCount(4);
  const go = async (text: string, action: string) => {
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Go to a screen, an id, an action…").fill(text);
    await expect(page.getByRole("dialog").getByText(action)).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };
  await page.getByLabel("Response code").focus();
  await go("nodes", "Nodes and store");
  await expect(page.getByRole("heading", { level: 1, name: "Nodes and store" })).toBeVisible();
  await go(delivery, `Open ${delivery}`);
  await expect(panelOf(page).getByText("Delivered after one attempt.")).toBeVisible();
  expect(new URL(page.url()).searchParams.get("tenant")).toBe("acme");
  await go(subscription, `Open ${subscription}`);
  await expect(page.getByText("Deliveries arrive.")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByPlaceholder("Go to a screen, an id, an action…").fill("no such thing");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByPlaceholder("Go to a screen, an id, an action…")).toHaveCount(0);
});

test("arrows and Enter open a row, Escape closes it from the list and from the panel", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seed(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await expect(tableOf(page).getByRole("row")).toHaveCount(4);
  await tableOf(page).getByLabel("Select all loaded rows").focus();
  await page.keyboard.press("ArrowDown");
  await expect(focusedRow(page)).toContainText("third.one");
  await page.keyboard.press("ArrowDown");
  await expect(focusedRow(page)).toContainText("second.one");
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toContainText("second.one");
  // The focus is still in the list.
  await page.keyboard.press("ArrowDown");
  await expect(focusedRow(page)).toContainText("first.one");
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toContainText("first.one");
  await panelOf(page).getByRole("tab", { name: "Event" }).focus();
  await page.keyboard.press("Escape");
  await expect(panelOf(page)).toHaveCount(0);
  await expect(focusedRow(page)).toContainText("first.one");

  // A dialog over the panel is closed alone, and a letter in it does nothing.
  await page.keyboard.press("Enter");
  await expect(panelOf(page)).toContainText("first.one");
  await panelOf(page).getByRole("button", { name: "More actions" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Copy as curl" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("menu")).toHaveCount(0);
  await expect(panelOf(page)).toBeVisible();
});

test("Escape closes a dialog before the panel, and letters do nothing in a dialog", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { acme } = await seed(server, receiver);
  await acme.publish("later.one", {}, { deliver_at: inMinutes(60) });
  await signIn(page, server, undefined, "/events?tenant=acme");
  await page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: "later.one" }).getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Event" });
  await panel.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Cancel delayed event" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel delayed event" });
  await dialog.getByRole("button", { name: "Cancel", exact: true }).focus();
  await page.keyboard.press("r");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(panel).toBeVisible();
  await panel.getByRole("tab", { name: "Payload" }).focus();
  await page.keyboard.press("r");
  await expect(page.getByRole("dialog", { name: "Publish event again" })).toBeVisible();
});

test("a menu of a row keeps its arrow keys", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seed(server, receiver);
  await signIn(page, server, undefined, "/subscriptions?tenant=acme");
  const row = page.getByRole("table", { name: "Subscriptions" }).getByRole("row").nth(1);
  await row.getByRole("button", { name: "Actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Send test event" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Open in the testing tool" })).toBeFocused();
});

test("letters work in the list alone, and can be turned off", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seed(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  const chosen = page.getByRole("button", { name: "Resend 1 delivery" });
  await expect(tableOf(page).getByRole("row")).toHaveCount(4);
  await page.getByRole("button", { name: "Break down" }).focus();
  await page.keyboard.press("j");
  await expect(focusedRow(page)).toHaveCount(0);
  await tableOf(page).getByLabel("Select all loaded rows").focus();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(focusedRow(page)).toContainText("third.one");
  await page.keyboard.press("x");
  await expect(chosen).toBeVisible();
  await page.keyboard.press("x");
  await expect(chosen).toHaveCount(0);

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Turn single-letter keys off" }).click();
  await page.reload();
  await tableOf(page).getByRole("row").nth(1).getByRole("link").focus();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await expect(focusedRow(page)).toContainText("second.one");
  await expect(chosen).toHaveCount(0);
});

const hasFocus = (page: Page, label: string) =>
  page.evaluate((name) => document.activeElement?.getAttribute("aria-label") === name, label);

test("Tab reaches the skip link first, and everything without a trap", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await seed(server, receiver);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await expect(tableOf(page).getByRole("row")).toHaveCount(4);
  await page.reload();
  await expect(tableOf(page).getByRole("row")).toHaveCount(4);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  // The links of the answer come first, then the filters.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("main").locator(":focus")).toBeVisible();
  await page.getByRole("button", { name: "Break down" }).focus();
  for (let count = 0; count < 4 && !(await hasFocus(page, "Status")); count += 1) await page.keyboard.press("Tab");
  await expect(page.getByRole("combobox", { name: "Status" })).toBeFocused();

  await tableOf(page).getByRole("row").nth(1).getByRole("link").click();
  await expect(panelOf(page).getByText("Delivered after one attempt.")).toBeVisible();
  await page.reload();
  await expect(panelOf(page).getByText("Delivered after one attempt.")).toBeVisible();
  const reached: string[] = [];
  for (let count = 0; count < 120; count += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const active = document.activeElement;
      if (active === null || active === document.body) return null;
      return `${active.getAttribute("aria-label") ?? ""} ${active.textContent ?? ""}`;
    });
    if (name === null) break;
    reached.push(name);
  }
  expect(reached.length).toBeLessThan(120);
  for (const part of ["Overview", "Settings", "Search or jump", "Colour scheme", "Account", "Break down", "Pause live rows", "Bulk actions", "Resend", "More actions", "Close"]) {
    expect(reached.some((name) => name.includes(part)), part).toBe(true);
  }
});

test.describe("in another time zone", () => {
  test.use({ timezoneId: "America/New_York" });

  test("Spanish and UTC are kept after a reload, and a chosen time is in the zone that is shown", async ({ page, server, receiver, expected }) => {
    expected.push(/status of 401/);
    await seed(server, receiver);
    await signIn(page, server, undefined, "/deliveries?tenant=acme");
    const created = () => tableOf(page).getByRole("row").nth(1).getByRole("link").click();
    await created();
    const exact = panelOf(page).getByText("Created", { exact: true }).locator("xpath=following-sibling::dd[1]").locator("time");
    const local = await exact.innerText();
    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Show times in UTC" }).click();
    await expect(exact).not.toHaveText(local);
    const instant = (await exact.getAttribute("datetime")) ?? "";
    // English has twelve hours.
    const clock = `${Number(instant.slice(11, 13)) % 12 || 12}${instant.slice(13, 16)}`;
    await expect(exact).toContainText(clock);
    await page.reload();
    await expect(exact).toContainText(clock);

    await page.getByRole("combobox", { name: "Time" }).click();
    await page.getByRole("option", { name: "From … to …" }).click();
    await page.getByRole("dialog").getByLabel("From (UTC)").fill(instant.slice(0, 16));
    await page.getByRole("dialog").getByRole("button", { name: "Show this time" }).click();
    await expect(page).toHaveURL((url) => url.searchParams.get("after")?.startsWith(instant.slice(0, 16)) ?? false);
    await expect(tableOf(page).getByRole("row")).toHaveCount(4);

    await page.getByRole("button", { name: /^Account/ }).click();
    await page.getByRole("menuitem", { name: "Español" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Entregas" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: "Entregas" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
  });
});
