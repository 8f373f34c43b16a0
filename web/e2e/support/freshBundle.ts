//! Serves a bundle from a folder in place of the one in the binary, with the binary's own headers: for work on `web/`
//! without a build of the server (`POSTRIDER_E2E_BUNDLE=/folder npm run e2e`).

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";

export async function useFreshBundle(context: BrowserContext, folder: string): Promise<void> {
  await context.route(/\/assets\/[^/]+$/, (route) => {
    const path = join(folder, "assets", new URL(route.request().url()).pathname.split("/").pop() ?? "");
    return existsSync(path) ? route.fulfill({ path }) : route.continue();
  });
  await context.route(
    (url) => url.hostname === "127.0.0.1" && !/^\/(api|assets|metrics|healthz|readyz)\b|\.\w+$/.test(url.pathname.replace(/^\/catalog\/.*/, "/")),
    async (route) => {
      if (route.request().resourceType() !== "document") return route.continue();
      const response = await route.fetch();
      const nonce = /nonce-([^']+)'/.exec(response.headers()["content-security-policy"] ?? "")?.[1] ?? "";
      const page = await readFile(join(folder, "index.html"), "utf8");
      return route.fulfill({ response, body: page.replaceAll("{{base}}", "/").replaceAll("{{nonce}}", nonce) });
    },
  );
}
