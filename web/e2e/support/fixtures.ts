//! Fixtures of all tests: a store with one node, a receiver, and a page that may print nothing.

import { expect, test as base, type ConsoleMessage, type Page } from "@playwright/test";
import { useFreshBundle } from "./freshBundle";
import { Receiver } from "./receiver";
import { Installation, OPERATOR_KEY, type Server, type Store } from "./server";

export interface Options {
  store: Store;
  /** Settings of the nodes, `POSTRIDER_…`. */
  settings: Record<string, string>;
}

interface Fixtures {
  installation: Installation;
  server: Server;
  receiver: Receiver;
  /** Messages that a test expects, such as the browser's own lines about a failed request. */
  expected: RegExp[];
  quiet: undefined;
}

export const test = base.extend<Options & Fixtures>({
  store: ["sqlite", { option: true }],
  settings: [{}, { option: true }],
  context: async ({ context }, use) => {
    const folder = process.env.POSTRIDER_E2E_BUNDLE;
    if (folder !== undefined) await useFreshBundle(context, folder);
    await use(context);
  },
  installation: async ({ store, settings }, use) => {
    const installation = await Installation.create(store, settings);
    await use(installation);
    await installation.end();
  },
  server: async ({ installation }, use) => {
    await use(await installation.node());
  },
  receiver: async ({}, use) => {
    const receiver = await Receiver.start();
    await use(receiver);
    await receiver.end();
  },
  expected: async ({}, use) => {
    await use([]);
  },
  quiet: [
    async ({ page, expected, installation: _alive }, use) => {
      const heard = listen(page);
      await use(undefined);
      expect(heard.filter((line) => !expected.some((pattern) => pattern.test(line)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Collects console messages, page errors and CSP violations (which Chromium prints as errors). */
export function listen(page: Page): string[] {
  const heard: string[] = [];
  page.on("console", (message: ConsoleMessage) => heard.push(`console.${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  return heard;
}

/** Signs in with a key on the sign-in screen, at any address. */
export async function signIn(page: Page, server: Server, key = OPERATOR_KEY, path = "/"): Promise<void> {
  await page.goto(server.url + path);
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  // The sign-in screen has a heading of its own, so it must go before the screen behind it is looked for. A
  // test that went on to another address before would cancel the request that signs in.
  await expect(page.getByLabel("Key", { exact: true })).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
}
