//! Filters, scripts and templates: chosen in the form, explained on the screens, and sent to a real receiver.

import { expect, signIn, test } from "./support/fixtures";
import { acmeOf, create, openForm, section } from "./support/form";
import { answer } from "./support/receiver";

test("a filter is checked while it is typed, and the event that it leaves out says why", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await acme.publish("invoice.paid", { amount: 5, currency: "EUR" });
  await openForm(page, server, receiver.url);
  await section(page, "Which events").click();
  const filter = page.getByLabel("Filter", { exact: true });
  await filter.fill("data.amount >\n  100 &&& true");
  await expect(page.getByText("Line 2, column 9: `&` is not an operator; write `&&`")).toBeVisible();
  await expect(page.locator("mark")).toHaveText("&");
  await page.getByRole("button", { name: "Amount and currency" }).click();
  await expect(filter).toHaveValue('data.amount > 100 && data.currency == "EUR"');
  await page.getByRole("combobox", { name: "Try it on" }).click();
  await page.getByRole("option", { name: /^invoice\.paid, / }).click();
  await expect(page.getByText("Does not match: the condition is false.")).toBeVisible();
  await filter.fill("data.amount >= 5");
  await expect(page.getByText("Matches: this event would be sent.")).toBeVisible();
  await filter.fill("data.amount > 100");
  await page.getByLabel("Channels").fill("project:42");
  await page.getByLabel("Channels").press("Enter");
  await create(page);
  await expect(page.getByText("Gets only some events of its types: a filter and 1 channel")).toBeVisible();

  await acme.publish("invoice.paid", { amount: 150 }, { channels: ["project:42"] });
  const small = await acme.publish("invoice.paid", { amount: 50 }, { channels: ["project:42", "other"] });
  const other = await acme.publish("invoice.paid", { amount: 150 });
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]?.body).toContain("150");
  await page.goto(`${server.url}/events?tenant=acme&open=${small.id}`);
  const missed = page.getByRole("region", { name: "Got none" }).getByRole("listitem");
  await expect(missed).toContainText("Its filter leaves it out: the condition is false");
  await expect(page.getByText("project:42, other")).toBeVisible();
  await page.goto(`${server.url}/events?tenant=acme&open=${other.id}`);
  await expect(missed).toContainText("Has other channels");
  expect(await acme.get<unknown[]>("/api/v1/webhooks/deliveries")).toHaveLength(1);
});

test("a script with a fault shows the line, and is delivered transformed when it is mended", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Form of the request").click();
  await page.getByText("Script", { exact: true }).click();
  const script = page.getByRole("textbox", { name: "Script (JavaScript)" });
  await script.fill("export default function (webhook) {\n  console.log(webhook.type);\n  webhook.body = { order: webhook.order.id };\n  return webhook;\n}");
  await page.getByRole("button", { name: "Try it" }).click();
  const result = page.getByRole("region", { name: "Result of the dry run" });
  await expect(result.getByText("The attempt would fail.")).toBeVisible();
  await expect(result.getByLabel("Console")).toHaveText("invoice.paid");
  await expect(page.getByText(/^Line 3, column \d+: TypeError/)).toHaveCount(2);
  await expect(page.locator("[data-bad]")).toHaveText("3");

  await script.fill("export default function (webhook) {\n  webhook.method = 'PUT';\n  webhook.path = '/orders';\n  webhook.body = { order: webhook.body.data.order };\n  return webhook;\n}");
  await expect(result.getByText("Changed since: try it again.")).toBeVisible();
  await page.getByRole("button", { name: "Try it" }).click();
  await expect(result.getByText("This request would be sent.")).toBeVisible();
  await expect(result.getByText(/^PUT http.*\/orders$/)).toBeVisible();
  await create(page);
  await acme.publish("invoice.paid", { order: "o_1" });
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(receiver.received[0]).toMatchObject({ path: "/orders", body: '{"order":"o_1"}' });

  const [delivery] = await acme.get<{ id: string }[]>("/api/v1/webhooks/deliveries");
  await page.goto(`${server.url}/deliveries?tenant=acme&open=${delivery?.id}&view=request`);
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await expect(panel.getByText(/^PUT http.*\/orders$/)).toBeVisible();
  await expect(panel.getByRole("rowheader").filter({ hasText: /^:/ })).toHaveCount(0);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await panel.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy as curl" }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toMatch(/^curl --request PUT \\\n {2}http:\/\/127\.0\.0\.1:\d+\/orders \\\n/);
  expect(command).not.toContain(":method");
});

test("the keyboard is not caught in the script's editor", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Form of the request").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Script", { exact: true }).click();
  const script = page.getByRole("textbox", { name: "Script (JavaScript)" });
  await script.fill("a");
  await script.press("Tab");
  await expect(script).toHaveValue("a  ");
  await script.press("Enter");
  await page.keyboard.type("b");
  await expect(script).toHaveValue("a  \nb");
  await script.press("Control+z");
  await expect(script).not.toHaveValue("a  \nb");
  await script.press("Escape");
  await script.press("Tab");
  await expect(script).not.toBeFocused();
  await script.focus();
  await script.press("Shift+Tab");
  await expect(script).not.toBeFocused();
});

test("the template of Slack arrives as a message of Slack", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  await openForm(page, server, receiver.url);
  await section(page, "Form of the request").click();
  await page.getByText("Template", { exact: true }).click();
  await page.getByRole("combobox", { name: "Template" }).click();
  await expect(page.getByRole("option")).toHaveCount(8);
  await page.getByRole("option", { name: /^PagerDuty/ }).click();
  await expect(page.getByLabel("Routing key")).toBeVisible();
  await page.getByRole("combobox", { name: "Template" }).click();
  await page.getByRole("option", { name: /^Slack/ }).click();
  await page.getByRole("button", { name: "Try it" }).click();
  const result = page.getByRole("region", { name: "Result of the dry run" });
  await expect(result.getByText('"blocks"')).toBeVisible();
  const id = await create(page);
  await acme.publish("invoice.paid", { amount: 7 });
  await expect.poll(() => receiver.received.length).toBe(1);
  const message = JSON.parse(receiver.received[0]?.body ?? "{}") as { text: string; blocks: { type: string }[] };
  expect(message.text).toBe("invoice.paid (acme)");
  expect(message.blocks.map(({ type }) => type)).toEqual(["header", "section", "context"]);
  await page.goto(`${server.url}/subscriptions/${id}?tenant=acme&tab=settings`);
  await expect(page.getByText("Template: Slack")).toBeVisible();
});

test("a link that may only view reads filter and script, and cannot change them", async ({ page, server, receiver }) => {
  const acme = await acmeOf(server);
  const filter = Array.from({ length: 110 }, (_, index) => `data.field_${index} == "</script><b>${index}"`).join(" ||\n").slice(0, 3_800).replace(/ \|\|\n[^|]*$/, "");
  const script = `export default (webhook) => webhook;\n// \u202e<img src=x onerror=alert(1)>\n//${"x".repeat(64_000)}`;
  const { id } = await acme.subscribe(receiver.url, { filter, transformation: { script }, authentication: { type: "basic", username: "ledger", password: "p4ss-of-it" } });
  const link = await server.operator.portalLink("acme", { mode: "view" });
  await page.goto(link.replace("#", `/subscriptions/${id}?tab=settings#`));
  await expect(page.getByRole("region", { name: "Filter" })).toContainText('data.field_0 == "</script><b>0"');
  await expect(page.getByRole("region", { name: "Script" })).toContainText("\\u{202e}<img src=x onerror=alert(1)>");
  await expect(page.getByText("ledger")).toBeVisible();
  expect(await page.content()).not.toContain("p4ss-of-it");
  await expect(page.getByRole("link", { name: "Edit subscription" })).toHaveCount(0);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), `${width}`).toBe(false);
  }
});

test("a delivery that the script cannot shape or drops is explained", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const acme = await acmeOf(server);
  receiver.behaviour = answer(500);
  await acme.subscribe(receiver.url, { retry_enabled: false, request: { path: "/{data.order}" } });
  await acme.subscribe(receiver.url, { transformation: { script: "export default () => null" } });
  await acme.publish("invoice.paid", {});
  const rows = () => acme.get<{ id: string; status: string; error_message: string }[]>("/api/v1/webhooks/deliveries");
  await expect.poll(async () => (await rows()).map(({ status }) => status)).toEqual(["failed", "failed"]);
  const of = async (text: string) => (await rows()).find(({ error_message: message }) => message.includes(text))?.id ?? "";
  await signIn(page, server, undefined, `/deliveries?tenant=acme&open=${await of("data.order")}`);
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await expect(panel.getByText("the request could not be made from this event", { exact: false })).toBeVisible();
  await page.goto(`${server.url}/deliveries?tenant=acme&open=${await of("dropped")}`);
  await expect(panel.getByText("The subscription’s script dropped it: nothing was sent.")).toBeVisible();
  expect(receiver.received).toEqual([]);
});
