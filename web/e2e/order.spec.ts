//! Order: chosen in the form, kept when a receiver fails, and what blocks is shown, sent again and skipped.

import type { Page } from "@playwright/test";
import type { Api } from "./support/api";
import { findings } from "./support/axe";
import { expect, signIn, test } from "./support/fixtures";
import { acmeOf, create, openForm, section } from "./support/form";
import { ok, type Receiver } from "./support/receiver";

const ORDER = "Order";
const BATCHING = "Batching and payload";
const kinds = (page: Page) => page.getByRole("radiogroup", { name: "Order of deliveries" });
const order = (page: Page) => section(page, ORDER).filter({ hasNotText: BATCHING });
const blocked = (page: Page) => page.getByRole("region", { name: "Blocked" });

/** Numbers of the events that arrived, in their order. */
const arrived = (receiver: Receiver): number[] =>
  receiver.received.map(({ body }) => (JSON.parse(body) as { data: { number: number } }).data.number);

/** Answers 500 to events with these numbers. */
function refuse(receiver: Receiver, ...numbers: number[]): void {
  receiver.behaviour = (request, response) => {
    const { data } = JSON.parse(request.body) as { data: { number: number } };
    if (numbers.includes(data.number)) response.writeHead(500).end("no");
    else ok(request, response);
  };
}

async function publish(acme: Api, ...events: [customer: unknown, number: number][]): Promise<void> {
  for (const [customer_id, number] of events) await acme.publish("invoice.paid", { customer_id, number });
}

test("a key that fails is blocked while another is delivered, and skipping it sends the next one", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await expect(order(page)).toContainText("In no order");
  await order(page).click();
  await kinds(page).getByText("By key").click();
  const path = page.getByRole("textbox", { name: "Path of the key" });
  await path.fill("dat");
  await expect(page.getByText(/^A path|^Enter the path|^After dots/)).toHaveCount(0);
  for (const [typed, fault] of [
    ["customer_id", "A path begins with data. or metadata., for example data.customer_id."],
    ["data.items[*].id", "A path names one value: [*] names several."],
    ["data..id", 'After dots come names, and in brackets [0] or ["name"], for example data.items[0].sku.'],
  ] as const) {
    await path.fill(typed);
    await expect(page.getByText(fault)).toBeVisible();
  }
  await path.fill("data.");
  await page.getByRole("button", { name: "Add subscription" }).click();
  await expect(page.getByText("Enter the path of a value, for example data.customer_id.")).toBeVisible();
  await expect(path).toBeFocused();
  await path.fill("data.customer_id");
  await expect(order(page)).toContainText("By data.customer_id");
  expect(await findings(page)).toEqual([]);
  const id = await create(page);
  await expect(page.getByText("Sends deliveries with the same data.customer_id one after the other.")).toBeVisible();
  await expect(blocked(page)).toHaveText("Nothing is blocked.");

  refuse(receiver, 1, 2);
  await publish(acme, ["c_7", 1], ["c_7", 2], ["c_9", 3], ["c_7", 4]);
  await expect.poll(() => arrived(receiver)).toEqual([1, 3]);
  const row = blocked(page).getByRole("row", { name: "invoice.paid" });
  await expect(blocked(page)).toContainText("1 delivery has failed, and 2 wait behind it.");
  await expect(page.getByText("Deliveries are blocked.")).toBeVisible();
  await expect(row.getByRole("cell").nth(1)).toHaveText("c_7");
  await expect(row.getByRole("cell").nth(3)).toHaveText("1");
  await expect(row.getByRole("cell").nth(5)).toHaveText("2");
  await expect(row).toContainText("500");
  expect(await findings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(row).toContainText("1 attempt");
  expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)).toBe(false);
  expect(await findings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });

  const retry = row.getByRole("button", { name: "Retry now: invoice.paid" });
  await retry.press("Enter");
  await expect(row.getByRole("cell").nth(3)).toHaveText("2");
  await expect(retry).toBeFocused();
  expect(arrived(receiver)).toEqual([1, 3, 1]);

  const skip = row.getByRole("button", { name: "Skip: invoice.paid" });
  const dialog = page.getByRole("dialog", { name: "Skip delivery" });
  await skip.press("Enter");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(skip).toBeFocused();
  await skip.press("Enter");
  await expect(dialog).toContainText("This event will not be delivered to this subscription: invoice.paid, key c_7.");
  await expect(dialog).toContainText("The next of 2 deliveries behind it is sent.");
  await dialog.getByRole("button", { name: "Skip delivery" }).press("Enter");
  await expect.poll(() => arrived(receiver)).toEqual([1, 3, 1, 2]);
  await expect(blocked(page)).toContainText("1 delivery has failed, and 1 waits behind it.");
  await expect(blocked(page)).toBeFocused();
  receiver.behaviour = ok;
  await retry.press("Enter");
  await expect.poll(() => arrived(receiver)).toEqual([1, 3, 1, 2, 2, 4]);
  await expect(blocked(page)).toHaveText("Nothing is blocked.");
  await expect(blocked(page)).toBeFocused();

  await page.getByRole("link", { name: "See its settings" }).click();
  await expect(page.getByRole("region", { name: ORDER, exact: true })).toContainText("data.customer_id");
  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme&of=acme`);
  await expect(path).toHaveValue("data.customer_id");
});

test("one that fails blocks everything, the link leads to it, and who may not change it sees no buttons", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  const { id } = await acme.subscribe(receiver.url, { ordered: true, retry: { schedule: [300] } });
  refuse(receiver, 1);
  await publish(acme, ["c_7", 1], ["c_9", 2]);
  await expect.poll(() => arrived(receiver)).toEqual([1]);
  await signIn(page, server, undefined, `/subscriptions/${id}?tenant=acme&of=acme`);
  await expect(page.getByText("Sends all deliveries one after the other.")).toBeVisible();
  await expect(blocked(page)).toContainText("1 delivery has failed, and 1 waits behind it.");
  await expect(blocked(page).getByRole("columnheader", { name: "Key" })).toHaveCount(0);
  // A waiting delivery alone tells the page nothing, so the page asks.
  await publish(acme, ["c_8", 3]);
  await expect(blocked(page)).toContainText("and 2 wait behind it.");
  await blocked(page).getByRole("link", { name: "invoice.paid" }).click();
  await expect(page.getByRole("complementary", { name: "Delivery" })).toContainText("The last attempt failed: the receiver answered 500.");

  // Without its order, what waited before still waits.
  await acme.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { ordered: null });
  const link = await server.operator.portalLink("acme", { mode: "view" });
  await page.context().clearCookies();
  await page.goto(link.replace("#", `/subscriptions/${id}#`));
  await expect(blocked(page)).toContainText("The subscription is in no order now: these are from before.");
  await expect(blocked(page).getByRole("row", { name: "invoice.paid" })).toBeVisible();
  await expect(blocked(page).getByRole("button")).toHaveCount(0);

  // The receiver works again.
  receiver.behaviour = ok;
  const [first] = await acme.get<{ id: string }[]>(`/api/v1/webhooks/deliveries?status=retrying`);
  await acme.post(`/api/v1/webhooks/deliveries/${first?.id}/retry`, {});
  await expect.poll(() => arrived(receiver)).toEqual([1, 1, 2, 3]);
  await expect(blocked(page)).toHaveCount(0);
});

test("order and batching exclude each other, which is explained before the server refuses it", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/, /status of 4\d\d/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, BATCHING).click();
  await order(page).click();
  const batching = page.getByLabel("Send several events in one request");
  const all = kinds(page).getByRole("radio", { name: "All deliveries" });
  await batching.check();
  await expect(all).toBeDisabled();
  await expect(page.getByText("Not with batching: an ordered delivery is a request of its own.")).toBeVisible();
  await batching.uncheck();
  await kinds(page).getByText("All deliveries").click();
  await expect(order(page)).toContainText("One after the other");
  await expect(batching).toBeDisabled();
  await expect(page.getByText("Not with an order, in which each delivery is a request of its own.")).toBeVisible();
  const id = await create(page);

  // Somebody else turns on batching meanwhile: the server's reason is shown at the choice.
  await acme.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { ordered: null });
  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme&of=acme`);
  await expect(order(page)).toContainText("In no order");
  await acme.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { batching: {} });
  await order(page).click();
  await kinds(page).getByText("By key").click();
  await page.getByRole("textbox", { name: "Path of the key" }).fill("data.customer_id");
  await order(page).click();
  await page.getByRole("button", { name: "Save subscription" }).click();
  const path = page.getByRole("textbox", { name: "Path of the key" });
  await expect(path).toHaveAccessibleDescription(/cannot be combined with batching: an ordered delivery is a request of its own/);
});
