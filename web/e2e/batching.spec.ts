//! Batching and payloads by reference: chosen in the form, explained, and sent to a real receiver.

import type { Api } from "./support/api";
import { expect, signIn, test } from "./support/fixtures";
import { acmeOf, create, openForm, section } from "./support/form";

const publish = (acme: Api, count: number) =>
  acme.post("/api/v1/events/batch", { events: Array.from({ length: count }, (_, number) => ({ type: "invoice.paid", data: { number } })) });

const BATCHING = "Batching and payload";

test("batching that the form sets arrives as an array, and the delivery says with how many", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await expect(section(page, BATCHING)).toContainText("One event per request");
  await section(page, BATCHING).click();
  await page.getByLabel("Send several events in one request").check();
  const most = page.getByLabel("Most events");
  const wait = page.getByLabel("Longest wait (ms)");
  await most.fill("1");
  await expect(page.getByText("A whole number from 2 to 1,000.")).toBeVisible();
  await most.fill("4");
  await expect(page.getByText(/^A whole number/)).toHaveCount(0);
  await wait.fill("60001");
  await expect(page.getByText("A whole number from 0 to 60,000.")).toBeVisible();
  await page.getByRole("button", { name: "Add subscription" }).click();
  await expect(wait).toBeFocused();
  // All of them are published at once, so the batch is full before the wait has passed.
  await wait.fill("60000");
  await expect(section(page, BATCHING)).toContainText("Up to 4 events, 1 min");
  const id = await create(page);
  await expect(page.getByText("Sends up to 4 events in one request; an event waits 1 min at most for others.")).toBeVisible();

  await publish(acme, 4);
  await expect.poll(() => receiver.received.length).toBe(1);
  const sent = receiver.received[0];
  const events = JSON.parse(sent?.body ?? "[]") as { data: { number: number } }[];
  expect(events.map(({ data }) => data.number).sort()).toEqual([0, 1, 2, 3]);
  expect(Object.values(sent?.headers ?? {})).toContain("webhook.batch");

  await expect.poll(async () => (await acme.get<unknown[]>("/api/v1/webhooks/deliveries?status=success")).length).toBe(4);
  const [delivery] = await acme.get<{ id: string }[]>("/api/v1/webhooks/deliveries");
  await page.goto(`${server.url}/deliveries?tenant=acme&open=${delivery?.id}&view=request`);
  const panel = page.getByRole("complementary", { name: "Delivery" });
  const note = panel.getByRole("note", { name: "Note on attempt 1" });
  await expect(note).toContainText("Sent with 3 other events in one request: batch_");
  await expect(panel.getByText('"number"')).toHaveCount(1);
  await panel.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menuitem", { name: "Open subscription" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Copy as curl" })).toHaveCount(0);

  const link = await server.operator.portalLink("acme", { mode: "view" });
  await page.context().clearCookies();
  await page.goto(link.replace("#", `/subscriptions/${id}?tab=settings#`));
  const shown = page.getByRole("region", { name: BATCHING });
  await expect(shown).toContainText("Up to 4");
  await expect(shown).toContainText("JSON array");
  await expect(page.getByRole("link", { name: "Edit subscription" })).toHaveCount(0);
});

test("an event that the receiver lists as failed is shown as failed, though it answered 200", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.subscribe(receiver.url, { retry_enabled: false, batching: { max_events: 2, max_wait_ms: 60_000 } });
  receiver.behaviour = ({ body }, response) => {
    const [first] = JSON.parse(body) as { id: string }[];
    response.writeHead(200).end(JSON.stringify({ failed: [first?.id] }));
  };
  await publish(acme, 2);
  const failed = () => acme.get<{ id: string }[]>("/api/v1/webhooks/deliveries?status=failed");
  await expect.poll(async () => (await failed()).length).toBe(1);
  await signIn(page, server, undefined, `/deliveries?tenant=acme&open=${(await failed())[0]?.id}`);
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await expect(panel.getByText("Failed after one attempt: the receiver accepted the batch, but not this event.")).toBeVisible();
  await expect(panel.getByText("Sent with 1 other event in one request")).toBeVisible();
  await expect(panel.getByRole("list", { name: "Attempts" }).locator("[data-state=bad]")).toHaveCount(1);
});

test("what cannot be combined with batching is explained before the server refuses it", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/, /status of 422/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Form of the request").click();
  await section(page, BATCHING).click();
  const batching = page.getByLabel("Send several events in one request");
  const reference = page.getByRole("radio", { name: "Reference" });
  await page.getByText("Template", { exact: true }).click();
  await expect(batching).toBeDisabled();
  await expect(page.getByText("Not with a template or script, which is made for one event.")).toBeVisible();
  await expect(reference).toBeDisabled();
  await expect(page.getByText("A reference cannot be combined with a template or script")).toBeVisible();
  await page.getByRole("radiogroup", { name: "Change of the body" }).getByText("None").click();
  await page.getByRole("textbox", { name: "Path" }).fill("/orders/{id}");
  await expect(page.getByText("Not with a path or query parameters")).toBeVisible();
  await expect(batching).toBeDisabled();
  await expect(reference).toBeEnabled();
  await page.getByRole("textbox", { name: "Path" }).fill("");
  await batching.check();
  await expect(page.getByRole("radio", { name: "Script" })).toBeDisabled();
  await expect(page.getByRole("textbox", { name: "Path" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Add query parameter" })).toBeDisabled();
  await expect(page.getByText("Not with batching: path and query parameters are made for one event.")).toBeVisible();

  // Somebody else gives it a script meanwhile: the server's reason opens the section.
  const id = await create(page);
  await acme.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { batching: null });
  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme&of=acme`);
  await expect(section(page, BATCHING)).toBeVisible();
  await acme.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { transformation: { template: "slack" } });
  await section(page, BATCHING).click();
  await batching.check();
  await section(page, BATCHING).click();
  await expect(batching).toBeHidden();
  await page.getByRole("button", { name: "Save subscription" }).click();
  await expect(page.getByText("cannot be combined with transformation: these are made for one event with its data").first()).toBeVisible();
  await expect(batching).toBeVisible();
});

test("a payload by reference arrives as a URL that answers with the data", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, BATCHING).click();
  await page.getByRole("radiogroup", { name: "Payload" }).getByText("Reference").click();
  await expect(page.getByText("a signed URL that returns the full body for 24 hours")).toBeVisible();
  await expect(section(page, BATCHING)).toContainText("payload by reference");
  const id = await create(page);
  await expect(page.getByText("Requests have a URL in place of the data.")).toBeVisible();
  await page.getByRole("link", { name: "See its settings" }).click();
  await expect(page.getByRole("region", { name: BATCHING })).toContainText("Reference");
  await acme.publish("invoice.paid", { amount: 7 });
  await expect.poll(() => receiver.received.length).toBe(1);
  const body = JSON.parse(receiver.received[0]?.body ?? "{}") as { data?: unknown; data_url: string; data_url_expires_at: string };
  expect(body.data).toBeUndefined();
  const [delivery] = await acme.get<{ created_at: string }[]>("/api/v1/webhooks/deliveries");
  expect(Date.parse(body.data_url_expires_at) - Date.parse(delivery?.created_at ?? "")).toBeGreaterThan(23 * 3_600_000);
  const answer = await fetch(body.data_url);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ type: "invoice.paid", data: { amount: 7 } });
  await page.goto(`${server.url}/subscriptions/${id}/edit?tenant=acme&of=acme`);
  await expect(page.getByRole("radio", { name: "Reference" })).toBeChecked();
});
