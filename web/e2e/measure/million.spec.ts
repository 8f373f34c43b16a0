//! A list of 1,000,000 deliveries is scrolled to its last row without a long task, at two pixel ratios.

import type { Page } from "@playwright/test";
import { expect, signIn, test } from "../support/fixtures";
import { useFreshBundle } from "../support/freshBundle";

const ROWS = 1_000_000;
const BATCH = 500;
const AT_ONCE = 8;
/** Milliseconds that a task of the page may take. */
const LONGEST_TASK = 100;

test("1,000,000 rows scroll to the last one", async ({ browser, server, receiver }) => {
  const acme = server.operator.in("acme");
  await server.operator.put("/api/v1/tenants/acme", {});
  const { id } = await acme.subscribe(receiver.url);
  await acme.post(`/api/v1/webhooks/subscriptions/${id}/pause`, {});
  const publish = (first: number) =>
    acme.post("/api/v1/events/batch", { events: Array.from({ length: BATCH }, (_, index) => ({ type: "row.made", data: { number: first + index } })) });
  for (let sent = 0; sent < ROWS; sent += BATCH * AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => publish(sent + index * BATCH)));
  }
  const longest = [];
  for (const deviceScaleFactor of [1, 2]) {
    const context = await browser.newContext({ deviceScaleFactor, viewport: { width: 1440, height: 900 } });
    const folder = process.env.POSTRIDER_E2E_BUNDLE;
    if (folder !== undefined) await useFreshBundle(context, folder);
    const page = await context.newPage();
    await signIn(page, server, undefined, "/deliveries?tenant=acme");
    const tasks = await scrollToLast(page);
    longest.push(Math.round(Math.max(0, ...tasks)));
    console.log(`pixel ratio ${deviceScaleFactor}: ${tasks.length} tasks over 50 ms, longest ${longest.at(-1)} ms`);
    await context.close();
  }
  expect(Math.max(...longest)).toBeLessThan(LONGEST_TASK);
});

/** Scrolls in 40 jumps until the last row is loaded, and returns the milliseconds of each long task of the page. */
async function scrollToLast(page: Page): Promise<number[]> {
  const table = page.getByRole("table", { name: "Deliveries" });
  await expect(table).toHaveAttribute("aria-rowcount", String(ROWS + 1), { timeout: 60_000 });
  // The element is looked up once, since looking it up by role takes time of the page that is measured.
  const scroller = await table.locator("xpath=..").elementHandle();
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  for (let step = 1; step <= 40; step += 1) {
    await scroller?.evaluate((element, part) => (element.scrollTop = element.scrollHeight * part), step / 40);
    await page.waitForTimeout(50);
  }
  await scroller?.evaluate((element) => (element.scrollTop = element.scrollHeight));
  const last = table.locator(`[aria-rowindex="${ROWS + 1}"]`);
  await expect(last).toBeInViewport({ timeout: 60_000 });
  await expect(last).toContainText("row.made", { timeout: 60_000 });
  return page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
}
