import { expect, test, vi } from "vitest";
import { previewRaw, publishRaw, testRaw } from "./sending";

const DATA = '{\n  "id": 12345678901234567890,\n  "price": 1.10\n}';
const scope = { tenant: "acme", named: true };

function answer(body: object, headers: Record<string, string> = {}) {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push(request.clone());
    return new Response(JSON.stringify(body), { headers: { "content-type": "application/json", ...headers } });
  });
  return requests;
}

test("a_payload_is_sent_as_it_is_typed_with_every_digit", async () => {
  const requests = answer({ id: "evt_1" });
  await publishRaw(scope, "a.b", DATA);
  await previewRaw(scope, "a.b", DATA, { metadata: { a: 1 }, channels: ["project:1"] });
  await testRaw(scope, "sub_1", "a.b", DATA);
  const bodies = await Promise.all(requests.map((request) => request.text()));
  expect(bodies).toEqual([
    `{"type":"a.b","data":${DATA},"metadata":{}}`,
    `{"type":"a.b","data":${DATA},"metadata":{"a":1},"channels":["project:1"]}`,
    `{"event_type":"a.b","payload":${DATA}}`,
  ]);
  expect(requests.map(({ headers }) => headers.get("x-tenant-id"))).toEqual(["acme", "acme", "acme"]);
});

test("a_test_names_its_delivery_in_the_log", async () => {
  answer({ success: true, delivery_time_ms: 1 }, { "content-location": "/api/v1/webhooks/deliveries/dlv_01m8nvqzxge0094fr9wdy7kzzz" });
  expect((await testRaw(scope, "sub_1", "a.b", DATA)).deliveryId).toBe("dlv_01m8nvqzxge0094fr9wdy7kzzz");
});
