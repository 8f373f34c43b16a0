//! The screens of subscriptions: editing, the check of a URL, and what changes do to waiting deliveries.

import type { Page } from "@playwright/test";
import type { Api } from "./support/api";
import { expect, signIn, test } from "./support/fixtures";
import { answer, ok } from "./support/receiver";
import type { Server } from "./support/server";

interface Subscription {
  id: string;
  headers: Record<string, string>;
  retry: { schedule: number[] } | null;
  rate_limit: { limit: number; period: string } | null;
  description: string | null;
  is_active: boolean;
}

async function acmeOf(server: Server): Promise<Api> {
  await server.operator.put("/api/v1/tenants/acme", {});
  return server.operator.in("acme");
}

const path = (id: string) => `/api/v1/webhooks/subscriptions/${id}`;
const statuses = async (acme: Api) =>
  (await acme.get<{ status: string }[]>("/api/v1/webhooks/deliveries?limit=50")).map(({ status }) => status).sort();

/** Changes description, headers, rate limit and retry list in the form, and saves. */
async function edit(page: Page): Promise<void> {
  await page.getByLabel("Description").fill("Ledger, second");
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByLabel("Name", { exact: true }).last().fill("x-new");
  await page.getByLabel("Value", { exact: true }).last().fill("7");
  await page.getByText("A list of delays", { exact: true }).click();
  await page.getByLabel("Delays in seconds, with commas").fill("10, 20, 90");
  await page.getByLabel("Rate limit (requests)").fill("50");
  await page.getByRole("combobox", { name: "per", exact: true }).click();
  await page.getByRole("option", { name: "minute" }).click();
  await page.getByRole("button", { name: "Save subscription" }).click();
  await expect(page.getByText("The subscription was changed.")).toBeVisible();
}

test("an edited subscription has its new values, also after a reload", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  const { id } = await acme.subscribe(receiver.url, { description: "Ledger", headers: { authorization: "Bearer of-the-receiver" } });
  await signIn(page, server, undefined, `/subscriptions/${id}/edit?tenant=acme`);
  await edit(page);
  await page.getByRole("tab", { name: "Settings" }).click();
  await expect(page.getByText("50 per minute", { exact: false })).toBeVisible();
  await expect(page.getByText("x-new: 7")).toBeVisible();

  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme`);
  await expect(page.getByLabel("Description")).toHaveValue("Ledger, second");
  await expect(page.getByLabel("Name", { exact: true })).toHaveCount(2);
  await expect(page.getByLabel("Value", { exact: true }).last()).toHaveValue("7");
  await expect(page.getByLabel("Delays in seconds, with commas")).toHaveValue("10, 20, 90");
  await expect(page.getByLabel("Rate limit (requests)")).toHaveValue("50");
  await expect(page.getByRole("combobox", { name: "per", exact: true })).toHaveValue("minute");
  const saved = await acme.get<Subscription>(path(id));
  expect(saved).toMatchObject({
    description: "Ledger, second",
    headers: { authorization: "Bearer of-the-receiver", "x-new": "7" },
    retry: { schedule: [10, 20, 90] },
    rate_limit: { limit: 50, period: "minute" },
  });
  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]?.headers).toMatchObject({ authorization: "Bearer of-the-receiver", "x-new": "7" });
});

test("a session that may not see header values keeps them when it edits", async ({ page, server, receiver }) => {
  const acme = await acmeOf(server);
  const { id } = await acme.subscribe(receiver.url, { description: "Ledger", headers: { authorization: "Bearer of-the-receiver" } });
  const link = await server.operator.portalLink("acme", { capabilities: ["subscriptions:write"] });
  await page.goto(link.replace("#", `/subscriptions/${id}/edit#`));
  await expect(page.getByText("The value is hidden. Type a new one to change it.")).toBeVisible();
  await edit(page);
  expect((await acme.get<Subscription>(path(id))).headers).toEqual({ authorization: "Bearer of-the-receiver", "x-new": "7" });
});

test("a wrong URL is named while it is typed, and the preview is the request that is sent", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await signIn(page, server, undefined, "/subscriptions/new?tenant=acme");
  const url = page.getByLabel("URL", { exact: true });
  const fault = page.getByRole("status").filter({ hasText: /\w/ });
  for (const wrong of ["ftp://example.com/hook", "example.com/hook", "http://"]) {
    await url.fill(wrong);
    if (wrong === "http://") await expect(fault).toHaveCount(0);
    else await expect(fault.first(), wrong).toBeVisible();
  }
  await url.fill(receiver.url);
  await expect(page.getByText("The URL can be reached by the rules of this installation.")).toBeVisible();
  await page.getByRole("button", { name: "Add header" }).click();
  await page.getByLabel("Name", { exact: true }).fill("x-note");
  await page.getByLabel("Value", { exact: true }).fill("of the test");
  await page.getByLabel("Add a type or pattern").fill("invoice.paid");
  await page.getByLabel("Add a type or pattern").press("Enter");
  const preview = page.getByRole("complementary", { name: "The request as it will be sent" });
  await expect(preview.getByText(`POST ${receiver.url}`)).toBeVisible();
  await expect(preview.getByRole("row").filter({ hasText: "x-note" })).toBeVisible();
  await expect(preview.getByRole("row").filter({ hasText: /x-webhook-event-type/i })).toContainText("invoice.paid");
  const names = (await preview.getByRole("rowheader").allInnerTexts()).map((name) => name.toLowerCase());
  expect(receiver.received).toEqual([]);
  await page.getByRole("button", { name: "Add subscription" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
  await acme.publish("invoice.paid", {});
  await expect.poll(() => receiver.received.length).toBe(1);
  const sent = Object.keys(receiver.received[0]?.headers ?? {});
  expect(names.filter((name) => !sent.includes(name))).toEqual([]);
});

test("pausing, activating and deleting say what becomes of waiting deliveries", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 40[14]/);
  const acme = await acmeOf(server);
  receiver.behaviour = answer(500);
  const { id } = await acme.subscribe(receiver.url, { retry: { schedule: [600] }, description: "Ledger" });
  await acme.publish("invoice.paid", {});
  await acme.publish("invoice.paid", {});
  await expect.poll(() => statuses(acme)).toEqual(["retrying", "retrying"]);
  await signIn(page, server, undefined, `/subscriptions/${id}?tenant=acme`);
  const change = async (name: string, text: string, done: string) => {
    await page.getByRole("button", { name: "Actions", exact: true }).click();
    await page.getByRole("menuitem", { name }).click();
    const dialog = page.getByRole("dialog", { name });
    await expect(dialog.getByText(text)).toBeVisible();
    await dialog.getByRole("button", { name }).click();
    await expect(page.getByText(done)).toBeVisible();
  };
  await change("Pause subscription", "2 waiting deliveries stay: all are sent after it is activated.", "The subscription is paused.");
  await expect(page.getByText("Paused: nothing is sent.")).toBeVisible();
  receiver.behaviour = ok;
  await acme.publish("invoice.paid", {});
  expect(receiver.received).toHaveLength(2);
  await change("Activate subscription", "3 waiting deliveries can be sent again", "The subscription is active.");
  await expect.poll(() => statuses(acme)).toEqual(["retrying", "retrying", "success"]);

  receiver.behaviour = answer(500);
  await acme.publish("invoice.paid", {});
  await expect.poll(() => statuses(acme)).toEqual(["retrying", "retrying", "retrying", "success"]);
  await change("Delete subscription", "Delete Ledger: 3 waiting deliveries will not be sent.", "The subscription was deleted.");
  await expect(page.getByText("No subscriptions yet.")).toBeVisible();
  await expect.poll(async () => (await statuses(acme)).filter((status) => status === "retrying" || status === "pending")).toEqual([]);
});

test("filters survive a reload, and the list keeps its place behind a page", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  for (let number = 10; number < 60; number += 1) {
    await acme.subscribe(`${receiver.url}/${number}`, { events: [number % 10 === 0 ? "invoice.paid" : "user.deleted"] });
  }
  await signIn(page, server, undefined, "/subscriptions?tenant=acme");
  const rows = page.getByRole("table", { name: "Subscriptions" }).getByRole("row").filter({ has: page.getByRole("cell") });
  await page.getByLabel("Receives the type").fill("invoice.paid");
  await expect(rows).toHaveCount(5);
  await page.getByLabel("Part of the URL").fill("hook/20");
  await expect(rows).toHaveCount(1);
  await page.reload();
  await expect(page.getByLabel("Receives the type")).toHaveValue("invoice.paid");
  await expect(page.getByLabel("Part of the URL")).toHaveValue("hook/20");
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "Clear filters" }).click();

  await expect(rows.first()).toBeVisible();
  await expect(page.getByRole("table", { name: "Subscriptions" })).toHaveAttribute("aria-rowcount", "51");
  await page.getByRole("table", { name: "Subscriptions" }).evaluate((table) => table.parentElement?.scrollTo(0, 1000));
  const target = page.getByRole("row").filter({ hasText: "hook/25" });
  await expect(target).toBeVisible();
  await target.getByRole("link").click();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  await page.goBack();
  await expect(target).toBeInViewport();
});

test("the browser's way back closes the panel of a delivery", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.subscribe(receiver.url);
  await acme.publish("invoice.paid", {});
  await signIn(page, server, undefined, "/deliveries?tenant=acme&type=invoice.paid");
  await page.getByRole("table", { name: "Deliveries" }).getByRole("row").nth(1).getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await expect(panel.getByText("Delivered after one attempt.")).toBeVisible();
  await page.goBack();
  await expect(panel).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get("type")).toBe("invoice.paid");
  await page.goForward();
  await expect(panel.getByText("Delivered after one attempt.")).toBeVisible();
});

test("cancelling a form that a link opened leads to the subscription", async ({ page, server, expected }) => {
  expected.push(/status of 401/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const { id } = await server.operator.in("acme").subscribe("http://127.0.0.1:9/hook", { description: "Ledger" });
  await signIn(page, server, undefined, `/subscriptions/${id}/edit?tenant=acme&of=acme`);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("tab", { name: "Overview" })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe(`/subscriptions/${id}`);
  expect(new URL(page.url()).searchParams.get("tenant")).toBe("acme");
  await page.goto(`${server.url}/subscriptions/new?tenant=acme`);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("table", { name: "Subscriptions" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("tenant")).toBe("acme");
});
