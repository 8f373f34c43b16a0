//! The end-to-end tests of the dashboard: the real binary, real receivers, and Debian's Chromium.

import { defineConfig } from "@playwright/test";
import type { Options } from "./e2e/support/fixtures";

const stores = [
  { name: "sqlite", use: { store: "sqlite" as const } },
  // Specs that depend on the store; the other screens ask the same API on both stores.
  { name: "postgresql", use: { store: "postgresql" as const }, testMatch: /(story|nodes|portal|bulk|tenants|signing|events|operate)\.spec\.ts/ },
];

export default defineConfig<Options>({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  testIgnore: "measure/**",
  outputDir: "node_modules/.e2e",
  fullyParallel: true,
  // Each worker has a browser, and each test a server of its own.
  workers: 2,
  retries: 0,
  // Long, so that a machine that is busy for a while fails no test; what is right is seen much sooner.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" },
  },
  // Without a PostgreSQL server only the tests on SQLite run; `cargo test` starts one.
  projects: process.env.POSTRIDER_E2E_POSTGRES === undefined ? stores.slice(0, 1) : stores,
});
