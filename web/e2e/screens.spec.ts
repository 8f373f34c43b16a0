//! Every screen with nothing, little, much and hostile data, at three widths and in both schemes: nothing in the console, no
//! serious finding of axe, no sideways scrolling. `POSTRIDER_E2E_SCREENSHOTS=folder` keeps pictures of all combinations;
//! without it, a wide light and a narrow dark screen stand for them. `POSTRIDER_E2E_LANGUAGE=es` shows them in Spanish.

import type { Page } from "@playwright/test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findings } from "./support/axe";
import { expect, signIn, test } from "./support/fixtures";
import { AMOUNTS, seed, type Seeded } from "./support/seed";

const WIDTHS = [1440, 1024, 390] as const;
const SCHEMES = ["light", "dark"] as const;
const PICTURES = process.env.POSTRIDER_E2E_SCREENSHOTS;
const LANGUAGE = process.env.POSTRIDER_E2E_LANGUAGE;

/** Names and addresses; an address with a placeholder is left out when its object is absent. */
const SCREENS: Record<string, string> = {
  overview: "/",
  "overview-tenant": "/?tenant=acme",
  deliveries: "/deliveries?tenant=acme",
  delivery: "/deliveries?tenant=acme&open={delivery}&of=acme",
  events: "/events?tenant=acme",
  event: "/events?tenant=acme&open={event}&of=acme",
  coverage: "/coverage",
  subscriptions: "/subscriptions?tenant=acme",
  "subscription-new": "/subscriptions/new?tenant=acme",
  subscription: "/subscriptions/{subscription}?tenant=acme&of=acme",
  "subscription-blocked": "/subscriptions/{blocked}?tenant=acme&of=acme",
  "subscription-edit": "/subscriptions/{shaped}/edit?tenant=acme&of=acme",
  "subscription-settings": "/subscriptions/{shaped}?tenant=acme&of=acme&tab=settings",
  "subscription-secret": "/subscriptions/{subscription}?tenant=acme&of=acme&tab=secret",
  "subscription-code": "/subscriptions/{subscription}?tenant=acme&of=acme&tab=code",
  "subscription-breaker": "/subscriptions/{subscription}?tenant=acme&of=acme&tab=breaker",
  catalog: "/catalog?tenant=acme",
  "catalog-type": "/catalog?tenant=acme&open=payment.failed",
  "catalog-all": "/catalog",
  welcome: "/welcome?tenant=acme",
  testing: "/testing?tenant=acme&subscription={subscription}&of=acme",
  replays: "/replays?tenant=acme",
  replay: "/replays?tenant=acme&open={replay}",
  "replay-new": "/replays?tenant=acme&new=true",
  tenants: "/tenants",
  tenant: "/tenants?open=acme",
  keys: "/keys?tenant=acme",
  "portal-links": "/portal-links",
  "portal-link": "/portal-links?open={link}",
  nodes: "/nodes",
  "operational-events": "/operational-events",
  settings: "/settings",
};

for (const amount of AMOUNTS) {
  // Between nothing and much there is nothing new to find, but much to look at.
  if (amount === "little" && PICTURES === undefined) continue;
  test(`every screen with ${amount} data`, async ({ page, server, receiver, expected }) => {
    test.setTimeout(600_000);
    expected.push(/status of 401/);
    page.on("dialog", (dialog) => expect(dialog.message(), "a script ran").toBe("none"));
    const wrong: string[] = [];
    const seeded = await seed(server.operator, receiver, amount);
    await signIn(page, server);
    if (LANGUAGE !== undefined) {
      await page.evaluate((language) => localStorage.setItem("postrider.preferences", JSON.stringify({ language })), LANGUAGE);
    }
    for (const [name, path] of Object.entries(SCREENS)) {
      const address = fill(path, seeded);
      if (address === null) continue;
      await page.setViewportSize({ width: WIDTHS[0], height: 900 });
      await page.goto(server.url + address);
      for (const scheme of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const width of PICTURES === undefined ? [scheme === "light" ? 1440 : 390] : WIDTHS) {
          await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
          await settled(page);
          const place = `${name} ${width} ${scheme}`;
          if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wrong.push(`${place}: scrolls sideways`);
          for (const choice of await cutChoices(page)) wrong.push(`${place}: cuts off the choice ${choice}`);
          if (PICTURES !== undefined) await keep(page, amount, `${name}-${width}-${scheme}`);
          else wrong.push(...(await findings(page)).map((finding) => `${place}: ${finding}`));
        }
      }
    }
    expect(wrong).toEqual([]);
  });
}

function fill(path: string, seeded: Seeded): string | null {
  let missing = false;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof Seeded) => {
    missing ||= seeded[name] === undefined;
    return seeded[name] ?? "";
  });
  return missing ? null : filled;
}

/** The screen has no skeleton any more, and its animations have ended. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[data-visible].mantine-Skeleton-root, [aria-busy=true]")).toHaveCount(0);
  await page.evaluate(async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
  });
}

/** Choices beside each other, such as ranges, that have less room than they need. */
function cutChoices(page: Page): Promise<string[]> {
  return page.getByRole("radiogroup").evaluateAll((groups) =>
    groups.filter((group) => group.scrollWidth > group.clientWidth + 1).map((group) => group.textContent ?? ""),
  );
}

async function keep(page: Page, amount: string, name: string): Promise<void> {
  const folder = join(PICTURES ?? "", amount);
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled", caret: "hide" });
}
