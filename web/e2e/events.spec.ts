//! The screen of events: who got one and who did not, publishing again, cancelling a delayed one, erasing a payload.

import type { Page } from "@playwright/test";
import type { Api } from "./support/api";
import { expect, signIn, test } from "./support/fixtures";
import { answer, ok } from "./support/receiver";
import { inMinutes, type Server } from "./support/server";

interface Event {
  id: string;
  type: string;
}

async function acmeOf(server: Server): Promise<Api> {
  await server.operator.put("/api/v1/tenants/acme", {});
  return server.operator.in("acme");
}

async function act(page: Page, action: string): Promise<void> {
  const panel = page.getByRole("complementary", { name: "Event" });
  await panel.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("an event says who got it, who did not, and why, and can be sent to who would get it now", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  receiver.behaviour = ({ path }, response) => (path.endsWith("/broken") ? answer(500) : ok)({ path, headers: {}, body: "" }, response);
  await acme.subscribe(`${receiver.url}/fine`);
  await acme.subscribe(`${receiver.url}/broken`, { retry_enabled: false });
  await acme.subscribe(`${receiver.url}/uninterested`, { events: ["user.deleted"] });
  const paused = await acme.subscribe(`${receiver.url}/paused`, { on_pause: "drop" });
  await acme.post(`/api/v1/webhooks/subscriptions/${paused.id}/pause`, {});
  const event = await acme.publish("invoice.paid", { number: 1 });
  await expect.poll(() => receiver.received.length).toBe(2);
  await acme.subscribe(`${receiver.url}/later`);

  await signIn(page, server, undefined, `/events?tenant=acme&open=${event.id}`);
  const panel = page.getByRole("complementary", { name: "Event" });
  await expect(panel.getByText("1 of 2 receivers accepted it.")).toBeVisible();
  await expect(panel.getByText("1 delivery failed.")).toBeVisible();
  const got = panel.getByRole("region", { name: "Got a delivery" }).getByRole("listitem");
  await expect(got).toHaveCount(2);
  await expect(got.filter({ hasText: "/fine" })).toContainText("Delivered");
  await expect(got.filter({ hasText: "/broken" })).toContainText(/Failed.*500/);
  const missed = panel.getByRole("region", { name: "Got none" }).getByRole("listitem");
  await expect(missed).toHaveCount(3);
  await expect(missed.filter({ hasText: "/uninterested" })).toContainText("Does not receive this type");
  await expect(missed.filter({ hasText: "/paused" })).toContainText("Was paused, and drops events meanwhile");
  await expect(missed.filter({ hasText: "/later" })).toContainText("Created after the event was accepted");
  await expect(missed.getByRole("button", { name: "Send it here" })).toHaveCount(1);

  await missed.getByRole("button", { name: "Send it here" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send event" }).click();
  await expect.poll(() => receiver.received.filter(({ path }) => path.endsWith("/later")).length).toBe(1);
  await expect(got.filter({ hasText: "/later" })).toContainText("Delivered");
  await expect(missed).toHaveCount(2);
});

test("an event is published again with its data, as a new event", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.subscribe(receiver.url, { profile: "standard" });
  const { id } = await acme.post<Event>("/api/v1/events", '{"type": "invoice.paid", "data": {"big": 12345678901234567890}}');
  await expect.poll(() => receiver.received.length).toBe(1);
  await signIn(page, server, undefined, `/events?tenant=acme&open=${id}`);
  await page.getByRole("button", { name: "Publish event again" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish event again" });
  await expect(dialog.getByText(/1 subscription that matches now gets it/)).toBeVisible();
  await dialog.getByRole("button", { name: "Publish to 1 subscription" }).click();
  await expect(page.getByText("Published again with 1 delivery.")).toBeVisible();
  await expect.poll(() => receiver.received.length).toBe(2);
  const [first, second] = receiver.received;
  expect(second?.body).toContain("12345678901234567890");
  expect(second?.headers["webhook-id"]).not.toBe(first?.headers["webhook-id"]);
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(page.getByRole("table", { name: "Events" }).getByRole("row")).toHaveCount(3);
});

test("a delayed event is cancelled before it is sent", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.subscribe(receiver.url);
  const { id } = await acme.publish("invoice.paid", {}, { deliver_at: inMinutes(60) });
  await signIn(page, server, undefined, `/events?tenant=acme&open=${id}`);
  const panel = page.getByRole("complementary", { name: "Event" });
  await expect(panel.getByText(/It is delayed, and nothing is sent for another/)).toBeVisible();
  await act(page, "Cancel delayed event");
  await page.getByRole("dialog").getByRole("button", { name: "Cancel delayed event" }).click();
  await expect(page.getByText("1 delivery cancelled, 0 had ended before.")).toBeVisible();
  await expect(panel.getByText(/It is delayed/)).toHaveCount(0);
  await panel.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menuitem", { name: "Erase payload" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Cancel delayed event" })).toHaveCount(0);
  expect(receiver.received).toEqual([]);
});

test("an erased payload is gone from the page and from the server", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.subscribe(receiver.url);
  const { id } = await acme.publish("user.deleted", { name: "Jane Doe of Example Street" });
  await expect.poll(() => receiver.received.length).toBe(1);
  await signIn(page, server, undefined, `/events?tenant=acme&open=${id}&view=payload`);
  await expect(page.getByText(/Jane Doe/).first()).toBeVisible();
  await act(page, "Erase payload");
  const dialog = page.getByRole("dialog", { name: "Erase payload" });
  await expect(dialog.getByText(/requests and responses of its 1 delivery/)).toBeVisible();
  await dialog.getByRole("button", { name: "Erase payload" }).click();
  await expect(page.getByText("The payload was erased. The event and its deliveries are kept without it.")).toBeVisible();
  await expect(page.locator("body")).not.toContainText("Jane Doe");
  const [delivery] = await acme.get<{ id: string }[]>("/api/v1/webhooks/deliveries?limit=1");
  await page.goto(`${server.url}/deliveries?tenant=acme&open=${delivery?.id}&view=request`);
  await expect(page.getByText("Delivered after one attempt.")).toBeVisible();
  await expect(page.locator("body")).not.toContainText("Jane Doe");
  await expect(page.getByRole("button", { name: "Publish event again" })).toHaveCount(0);
});
