//! Deliveries of all kinds in tenant `acme`, and the parts of their screen.

import { expect, type Locator, type Page } from "@playwright/test";
import type { Api } from "./api";
import { answer, ok, type Receiver } from "./receiver";
import type { Server } from "./server";

/** Receivers answer what the subscription's header `x-path` says: `ok`, `slow`, or a status. */
export function obey(receiver: Receiver): void {
  receiver.behaviour = (request, response) => {
    const path = request.headers["x-path"] ?? "ok";
    if (path === "slow") setTimeout(() => ok(request, response), 700);
    else if (path === "ok") ok(request, response);
    else answer(Number(path), "=1+1")(request, response);
  };
}

export interface Delivery {
  id: string;
  status: string;
}

/** Four delivered, one of them slowly; two failed with 503; one waits for a retry after a 500. */
export async function seedDeliveries(server: Server, receiver: Receiver): Promise<{ acme: Api; broken: string; voided: string }> {
  obey(receiver);
  await server.operator.put("/api/v1/tenants/acme", {});
  const acme = server.operator.in("acme");
  const subscribe = (path: string, more: object) => acme.subscribe(receiver.url, { headers: { "x-path": path }, ...more });
  await subscribe("ok", { events: ["invoice.*", "user.deleted"] });
  const broken = await subscribe("503", { events: ["invoice.*"], retry_enabled: false, description: "Broken" });
  await subscribe("500", { events: ["user.deleted"], retry: { schedule: [300] } });
  await subscribe("slow", { events: ["file.uploaded"] });
  await acme.publish("invoice.paid", { number: 1 });
  const voided = await acme.publish("invoice.voided", { number: 2 });
  await acme.publish("user.deleted", { number: 3 });
  await acme.publish("file.uploaded", { number: 4 });
  await expect.poll(async () => (await statuses(acme)).join()).toBe("failed,failed,retrying,success,success,success,success");
  return { acme, broken: broken.id, voided: voided.id };
}

export async function statuses(acme: Api): Promise<string[]> {
  return (await acme.get<Delivery[]>("/api/v1/webhooks/deliveries?limit=50")).map(({ status }) => status).sort();
}

export function rowsOf(page: Page): Locator {
  const table = page.getByRole("table", { name: "Deliveries" });
  return table.getByRole("row").filter({ has: page.getByRole("cell") });
}
