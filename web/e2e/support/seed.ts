//! Contents of the store in the tests of all screens: nothing, little, much, or hostile texts.

import type { Api } from "./api";
import { answer, ok, type Receiver } from "./receiver";
import { waitUntil } from "./server";

export const AMOUNTS = ["nothing", "little", "much", "hostile"] as const;
export type Amount = (typeof AMOUNTS)[number];

/** Objects that screens are opened for; absent when there is nothing. */
export interface Seeded {
  subscription?: string;
  /** It has a filter, a script and credentials, and receives nothing. */
  shaped?: string;
  /** It is ordered by a key, and a delivery blocks others. */
  blocked?: string;
  delivery?: string;
  event?: string;
  replay?: string;
  link?: string;
}

/** Texts that a publisher, a customer or a receiver may send: markup, scripts, formulas, directions, control characters. */
export const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(2)</script>",
  "javascript:alert(3)",
  "=HYPERLINK(\"http://127.0.0.1/\",\"open\")",
  "safe\u202Egpj.exe\u202C",
  "bell\u0007 escape\u001b[31m zero\u200Bwidth",
  "{{constructor.constructor('alert(4)')()}}",
  "ﷺ".repeat(20),
  "long".repeat(400),
];

const TYPES = ["invoice.paid", "invoice.created", "invoice.voided", "customer.created", "user.deleted", "payment.failed", "file.uploaded"];

/** Fills tenant `acme`, and for much also others. Some deliveries succeed, some wait for a retry, some have failed. */
export async function seed(operator: Api, receiver: Receiver, amount: Amount): Promise<Seeded> {
  await operator.put("/api/v1/tenants/acme", { name: amount === "hostile" ? HOSTILE[0] : "Acme Ltd" });
  if (amount === "nothing") return {};
  const acme = operator.in("acme");
  receiver.behaviour = (request, response) => {
    const path = request.headers["x-path"] ?? "ok";
    if (path === "ok") ok(request, response);
    else if (path === "hostile") answer(500, HOSTILE.join("\n"), { "content-type": "text/html", "x-hostile": "<b>bold</b>" })(request, response);
    else answer(Number(path), `<html><body><h1>${path}</h1></body></html>`, { "content-type": "text/html" })(request, response);
  };
  const subscribe = (tenant: Api, path: string, more: object) => tenant.subscribe(receiver.url, { headers: { "x-path": path }, ...more });
  const subscription = await subscribe(acme, "ok", { description: "Ledger of the accounting team", profile: "standard" });
  await subscribe(acme, amount === "hostile" ? "hostile" : "503", {
    description: amount === "hostile" ? HOSTILE.slice(0, 7).join(" ").replace(/\p{Cc}/gu, "") : "Warehouse",
    events: ["invoice.*"],
  });
  const blocked = await subscribe(acme, amount === "hostile" ? "hostile" : "503", { events: ["payment.*"], ordered: "metadata.customer" });
  const shaped = await seedShaped(acme, amount === "hostile");
  const customer = amount === "hostile" ? HOSTILE.join(" ") : "c_7";
  for (let number = 0; number < 3; number += 1) await acme.publish("payment.failed", { number }, { metadata: { customer } });
  if (amount === "much") await seedMuch(operator, subscribe);
  const data = amount === "hostile" ? Object.fromEntries(HOSTILE.map((text, index) => [`${text.slice(0, 40)} ${index}`, text])) : { invoice_id: "inv_1", amount: 1250, currency: "EUR" };
  const events = Array.from({ length: amount === "much" ? 400 : 4 }, (_, index) => ({
    type: TYPES[index % TYPES.length],
    data: { ...data, number: index, items: index === 1 ? Array.from({ length: 200 }, (_, item) => ({ item, price: 9.99 })) : [] },
  }));
  await acme.post("/api/v1/events/batch", { events });
  const event = await acme.publish("invoice.paid", amount === "hostile" ? { ...data, huge: "x".repeat(900_000) } : data);
  await waitUntil("the healthy receiver has everything", async () => {
    const rows = await acme.get<unknown[]>(`/api/v1/webhooks/deliveries?status=pending&subscription_id=${subscription.id}&limit=1`);
    return rows.length === 0;
  });
  const [delivery] = await acme.get<{ id: string }[]>(`/api/v1/webhooks/deliveries?event_id=${event.id}&limit=1`);
  const replay = await acme.post<{ id: string }>("/api/v1/webhooks/replays", { subscription_id: subscription.id, statuses: ["success"], after: "2020-01-01T00:00:00Z" });
  await acme.post("/api/v1/keys", { name: amount === "hostile" ? HOSTILE[0] : "Backend" });
  const appearance = { name: amount === "hostile" ? HOSTILE[1] : "Example Ltd", color: "#6b21a8" };
  const link = await operator.post<{ id: string }>("/api/v1/portal-sessions", { tenant_id: "acme", mode: "view", appearance });
  return { subscription: subscription.id, shaped, blocked: blocked.id, event: event.id, replay: replay.id, link: link.id, ...(delivery ? { delivery: delivery.id } : {}) };
}

/** Everything that a subscription can choose about events, requests and credentials. */
async function seedShaped(acme: Api, hostile: boolean): Promise<string> {
  const text = hostile ? HOSTILE.join(" ").replace(/["\\\p{Cc}]/gu, "").slice(0, 3_000) : "EUR";
  const { id } = await acme.subscribe("http://127.0.0.1:9/shaped", {
    events: ["compliance.violation"],
    filter: `data.currency == "${text}"`,
    channels: ["project:42", hostile ? "c".repeat(100) : "eu"],
    transformation: { script: `export default (webhook) => webhook;\n// ${text}${hostile ? `\n//${"x".repeat(30_000)}` : ""}\n` },
    request: { method: "PUT", path: "/orders/{data.order_id}", query: { type: "{type}" } },
    compression: "gzip",
    http_version: "http1.1",
    authentication: { type: "basic", username: text.replace(/[:\u202a-\u202e]/g, "").slice(0, 400), password: "secret" },
    secret_type: "ed25519",
    ordered: "data.order_id",
  });
  return id;
}

async function seedMuch(operator: Api, subscribe: (tenant: Api, path: string, more: object) => Promise<unknown>): Promise<void> {
  for (let number = 1; number <= 25; number += 1) {
    const path = number % 5 === 0 ? "410" : number % 4 === 0 ? "500" : "ok";
    await subscribe(operator.in("acme"), path, { description: `Receiver ${number}`, events: [TYPES[number % TYPES.length] ?? "*"] });
  }
  for (let number = 1; number <= 12; number += 1) {
    await operator.put(`/api/v1/tenants/customer-${number}`, { name: `Customer number ${number}` });
    await subscribe(operator.in(`customer-${number}`), number % 3 === 0 ? "503" : "ok", {});
    await operator.in(`customer-${number}`).publish("customer.created", { user_id: `u_${number}` });
  }
}
