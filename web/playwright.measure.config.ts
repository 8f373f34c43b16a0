//! Measurements of the dashboard by hand, on an idle machine: `cargo build --release && npm run measure` in `web/`.

import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

process.env.POSTRIDER_BINARY ??= new URL("../target/release/postrider", import.meta.url).pathname;

export default defineConfig(base, {
  testDir: "e2e/measure",
  testIgnore: [],
  workers: 1,
  // Recording takes time of the page that is measured.
  use: { ...base.use, trace: "off" },
  timeout: 1_200_000,
});
