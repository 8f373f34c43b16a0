import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** The server fills `{{base}}` and `{{nonce}}` of the built page; the dev server has a fixed base and no CSP. */
function developmentPlaceholders(): Plugin {
  return {
    name: "development-placeholders",
    apply: "serve",
    transformIndexHtml: {
      order: "pre",
      handler: (html) => html.replace("{{base}}", "/").replace("{{nonce}}", ""),
    },
  };
}

const server = process.env.POSTRIDER_URL ?? "http://127.0.0.1:8080";

/** The server refuses to sign in a page of another origin, so requests get the server's own. */
const proxied = { target: server, changeOrigin: true, headers: { origin: new URL(server).origin } };

/** Packages that only charts need. */
const CHARTS =
  /node_modules\/(recharts|@mantine\/charts|d3-[a-z-]+|victory-vendor|@reduxjs|redux|redux-thunk|react-redux|immer|reselect|decimal\.js-light|es-toolkit|eventemitter3|internmap|tiny-invariant)\//;

/** Packages that only forms need. */
const FORM = /node_modules\/(@mantine\/form|klona|fast-deep-equal)\//;

export default defineConfig({
  base: "./",
  plugins: [react(), developmentPlaceholders()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": proxied, "/healthz": proxied, "/readyz": proxied, "/docs": proxied },
    // The code samples of the subscription screen are read from `docs/receiving.md`.
    fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    assetsInlineLimit: 0,
    target: "es2022",
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The vendors come first, or the chart chunk would take what both need and become part of the first load.
          groups: [
            { name: "vendor", test: (id) => id.includes("node_modules") && !CHARTS.test(id) && !FORM.test(id), priority: 2 },
            { name: "charts", test: CHARTS, priority: 1 },
            { name: "form", test: FORM, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    css: false,
    restoreMocks: true,
  },
} as Parameters<typeof defineConfig>[0]);
