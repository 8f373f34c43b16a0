//! Portal links: in an iframe of another site, to view and to manage.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { FrameLocator, Page } from "@playwright/test";
import { answer, isSigned, ok } from "./support/receiver";
import { expect, test as base } from "./support/fixtures";

/** The page of a customer's product, on `localhost`, while Postrider is on `127.0.0.1`: two sites. */
interface Host {
  origin: string;
  /** Opens a page that embeds the link. */
  open: (page: Page, link: string) => Promise<FrameLocator>;
}

const test = base.extend<{ host: Host }>({
  host: async ({ server }, use) => {
    let link = "";
    const site = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(
        `<!doctype html><title>Product</title><h1>Settings of the product</h1><div id="webhooks"></div>
         <script src="${server.url}/portal.js"></script>
         <script>Postrider.mount(document.getElementById("webhooks"), { url: ${JSON.stringify(link)} });</script>`,
      );
    });
    await new Promise<void>((resolve) => site.listen(0, "localhost", resolve));
    const origin = `http://localhost:${(site.address() as AddressInfo).port}`;
    await use({
      origin,
      open: async (page, wanted) => {
        link = wanted;
        await page.goto(origin);
        return page.frameLocator("iframe");
      },
    });
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  },
});

test("the whole path in an iframe: create, test, deliver, break, mend, resend", async ({ page, server, receiver, host }) => {
  await server.operator.put("/api/v1/tenants/acme", {});
  const frame = await host.open(page, await server.operator.portalLink("acme", { allowed_ancestors: [host.origin] }));
  await frame.getByRole("link", { name: "Subscriptions" }).click();
  await frame.getByRole("link", { name: "Add subscription" }).or(frame.getByRole("button", { name: "Add subscription" })).first().click();
  await frame.getByLabel("URL", { exact: true }).fill(receiver.url);
  await frame.getByRole("combobox", { name: "Profile" }).click();
  await frame.getByRole("option", { name: /Standard Webhooks/ }).click();
  await frame.getByLabel("All event types, also future ones").check();
  await frame.getByRole("button", { name: "Add subscription" }).click();
  const made = frame.getByRole("dialog", { name: "Add subscription" });
  const secret = await made.getByText(/^whsec_/).innerText();
  await made.getByRole("button", { name: "Close" }).last().click();
  await frame.getByRole("button", { name: "Send test event" }).first().click();
  await expect(frame.getByText(/Delivered: HTTP 200/)).toBeVisible();
  await frame.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

  await frame.getByRole("link", { name: "Deliveries" }).first().click();
  const table = frame.getByRole("table", { name: "Deliveries" });
  await expect(table).toBeVisible();
  const acme = server.operator.in("acme");
  receiver.behaviour = answer(503);
  await acme.publish("invoice.paid", { invoice_id: "inv_1" });
  const row = table.getByRole("row").filter({ hasText: "invoice.paid" });
  await expect(row.getByText(/Retrying in/)).toBeVisible();
  await row.getByRole("link").click();
  const panel = frame.getByRole("complementary", { name: "Delivery" });
  receiver.behaviour = ok;
  await panel.getByRole("button", { name: "Send now" }).click();
  await expect(panel.getByText("Delivered after 2 attempts.")).toBeVisible();
  await panel.getByRole("button", { name: "Resend" }).first().click();
  await expect.poll(() => receiver.received.length).toBe(4);
  expect(receiver.received.every((request) => isSigned(request, secret))).toBe(true);
});

test("a link to view shows no secret and no button that changes something", async ({ page, server, receiver, host, expected }) => {
  // A deep link to a screen that the link may not open.
  expected.push(/status of 40[34]/);
  const acme = server.operator.in("acme");
  await server.operator.put("/api/v1/tenants/acme", {});
  const { id, secret } = await acme.subscribe(receiver.url);
  await acme.publish("invoice.paid", {});
  const frame = await host.open(page, await server.operator.portalLink("acme", { mode: "view", allowed_ancestors: [host.origin] }));
  await frame.getByRole("link", { name: "Subscriptions" }).click();
  await frame.getByRole("table", { name: "Subscriptions" }).getByRole("link").first().click();
  await expect(frame.getByText("Deliveries arrive.")).toBeVisible();
  const changing = /^(Add|Edit|Delete|Pause (?!live)|Send|Resend|Rotate|Cancel|Reveal|Close breaker)/;
  await expect(frame.getByRole("button", { name: changing })).toHaveCount(0);
  await expect(frame.getByRole("tab", { name: "Secret" })).toHaveCount(0);
  await frame.getByRole("link", { name: "Deliveries" }).first().click();
  await frame.getByRole("table", { name: "Deliveries" }).getByRole("row").filter({ hasText: "invoice.paid" }).getByRole("link").click();
  await expect(frame.getByRole("complementary", { name: "Delivery" }).getByText("Delivered after one attempt.")).toBeVisible();
  await expect(frame.getByRole("button", { name: changing })).toHaveCount(0);
  const content = await page.frames()[1]?.content();
  expect(content).not.toContain(secret);
  expect(content).not.toContain(id.replace("sub_", "whsec_"));
});

test("only allowed ancestors may embed a link, and a revoked one says so", async ({ page, server, host, expected }) => {
  expected.push(/frame-ancestors|Framing|Refused to frame|status of 401|ERR_BLOCKED/);
  await server.operator.put("/api/v1/tenants/acme", {});
  const other = await host.open(page, await server.operator.portalLink("acme", { allowed_ancestors: ["https://other.example.com"] }));
  await expect(other.getByRole("heading")).toHaveCount(0);

  const link = await server.operator.portalLink("acme", { allowed_ancestors: [host.origin], appearance: { name: "Example Ltd" } });
  const frame = await host.open(page, link);
  await expect(frame.getByText("Example Ltd").first()).toBeVisible();
  const id = /pts_\w+/.exec(link)?.[0];
  await server.operator.call("DELETE", `/api/v1/portal-sessions/${id}`);
  // The page learns it from its stream, without a click.
  await expect(frame.getByText(/no longer|not valid|revoked|ended/i).first()).toBeVisible();
});

test("a page outside of a frame opens the link, and a reload asks for it again", async ({ page, server }) => {
  await server.operator.put("/api/v1/tenants/acme", {});
  const link = await server.operator.portalLink("acme", { appearance: { name: "Example Ltd", color: "#6b21a8" } });
  await page.goto(link);
  await expect(page.getByText("Example Ltd").first()).toBeVisible();
  expect(page.url()).not.toContain("pt_");
  await page.reload();
  await expect(page.getByText(/no longer open here/)).toBeVisible();
});
