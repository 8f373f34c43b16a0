//! Exported files and the curl command of the deliveries screen.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { rowsOf, seedDeliveries, type Delivery } from "./support/deliveries";
import { expect, signIn, test } from "./support/fixtures";
import { isSigned } from "./support/receiver";

test("exports have every row that matches, and formulas are text in CSV", async ({ page, server, receiver, expected }) => {
  expected.push(/status of 401/);
  const { acme } = await seedDeliveries(server, receiver);
  // Types outside of the catalog reach subscriptions to everything.
  await acme.subscribe(receiver.url);
  await acme.publish("-2.cmd", {});
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await expect(rowsOf(page).filter({ hasText: "-2.cmd" }).getByText("Delivered")).toBeVisible();
  const download = async (form: string): Promise<string> => {
    const file = page.waitForEvent("download");
    await page.getByRole("button", { name: "Bulk actions" }).click();
    await page.getByRole("menuitem", { name: form }).click();
    return readFile(await (await file).path(), "utf8");
  };
  const listed = await acme.get<Delivery[]>("/api/v1/webhooks/deliveries?limit=50");
  const ids = listed.map(({ id }) => id);
  const csv = await download("As CSV");
  const lines = csv.trim().split("\r\n");
  expect(lines[0]).toMatch(/^id,tenant_id,created_at,status,/);
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(ids);
  expect(csv).toContain(",'-2.cmd,");
  for (const line of lines) expect(line).not.toMatch(/(^|,)"?[=+@-]/);
  const ndjson = await download("As NDJSON");
  expect(ndjson.trim().split("\n").map((line) => (JSON.parse(line) as Delivery).id)).toEqual(ids);
  expect(ndjson).toContain('"-2.cmd"');
});

const DATA = `{"text": "it's \\"quoted\\"\\nand $HOME \`id\` !1 \\\\ %20", "other": "é 漢字 🎉 \\u202e", "big": 12345678901234567890}`;

test("the curl command sends the same bytes as the delivery", async ({ page, context, server, receiver, expected }) => {
  expected.push(/status of 401/);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const url = `${receiver.url}?list[]={1,2}&name=o'neil&x=[1-3]`;
  const { secret } = await acme.subscribe(url, { headers: { "x-note": `it's "$5" \`x\`` } });
  await acme.post("/api/v1/events", `{"type": "invoice.paid", "data": ${DATA}}`);
  await expect.poll(() => receiver.received.length).toBe(1);
  await signIn(page, server, undefined, "/deliveries?tenant=acme");
  await rowsOf(page).getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await panel.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Copy as curl" }).click();
  await expect(page.getByText("The curl command was copied.")).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  await promisify(execFile)("bash", ["-c", command], { env: { ...process.env, HOME: "/elsewhere" } });
  const [sent, copied] = receiver.received;
  expect(receiver.received).toHaveLength(2);
  expect(copied?.body).toBe(sent?.body);
  expect(decodeURIComponent(copied?.path ?? "")).toBe(decodeURIComponent(sent?.path ?? ""));
  // Values of the subscription's own headers may be credentials, so they are not in the log of requests.
  expect(copied?.headers["x-note"]).toBe("***");
  expect(copied && isSigned(copied, secret)).toBe(true);
});
