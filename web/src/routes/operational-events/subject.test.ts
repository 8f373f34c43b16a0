import { expect, test } from "vitest";
import { subjectOf } from "./subject";

test("a_delivery_that_was_given_up_names_its_objects", () => {
  const subject = subjectOf({
    tenant_id: "acme",
    subscription: { id: "sub_1", url: "https://a.example/" },
    event_id: "evt_1",
    event_type: "invoice.paid",
    delivery_id: "dlv_1",
    error: "HTTP 503",
    node: "worker-1",
  });
  expect(subject).toEqual({
    tenant: "acme",
    subscription: { id: "sub_1", url: "https://a.example/" },
    delivery: "dlv_1",
    event: "evt_1",
    eventType: "invoice.paid",
    limit: null,
    reason: "HTTP 503",
    node: "worker-1",
  });
});

test("the_last_failure_names_the_delivery_of_a_breaker", () => {
  const subject = subjectOf({ reason: "10 failures", last_failure: { delivery_id: "dlv_2", error: "refused" } });
  expect(subject.delivery).toBe("dlv_2");
  expect(subject.reason).toBe("10 failures");
});

test("a_payload_of_any_form_is_read_without_a_fault", () => {
  for (const data of [null, undefined, 7, "text", [], { subscription: [], last_failure: null, tenant_id: 5, limit: "" }]) {
    expect(subjectOf(data)).toMatchObject({ tenant: null, subscription: null, delivery: null, limit: null });
  }
});
