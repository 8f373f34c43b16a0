//! The fields that the form sends: shapes and credentials, and only what was changed.

import { describe, expect, it } from "vitest";
import type { Subscription } from "@/api/types";
import { conflictWithBatching, conflictWithReference, isOutside } from "./batching";
import { formField, placeIn } from "./errors";
import { faultOf, pathFault } from "./order";
import { trialTransformation } from "./shape";
import { EMPTY, toFields, toValues } from "./values";

const STORED = {
  url: "https://a.example/",
  events: ["*"],
  profile: "platform",
  headers: {},
  timeout_seconds: 30,
  retry_enabled: true,
  max_retries: 3,
  on_pause: "collect",
  channels: [],
  public_keys: [],
} as unknown as Subscription;

describe("toFields", () => {
  it("sends_no_shape_and_no_credentials_by_default", () => {
    expect(toFields(EMPTY, null)).toMatchObject({ filter: null, channels: [], transformation: null, request: null, compression: null, authentication: null, tls: null });
  });

  it("leaves_out_what_did_not_change_also_kept_secrets", () => {
    const before = toValues({ ...STORED, filter: "data.a > 1", authentication: { type: "bearer" }, tls: { certificate: "PEM" } });
    expect(toFields(before, before)).toEqual({});
    expect(toFields({ ...before, filter: "data.a > 2 " }, before)).toEqual({ filter: "data.a > 2" });
  });

  it("keeps_secrets_that_are_not_typed_and_replaces_typed_ones", () => {
    const before = toValues({ ...STORED, authentication: { type: "basic", username: "old" } });
    const change = (part: object) => toFields({ ...before, authentication: { ...before.authentication, ...part } }, before).authentication;
    expect(change({ username: "new" })).toEqual({ type: "basic", username: "new" });
    expect(change({ password: "pw " })).toEqual({ type: "basic", username: "old", password: "pw " });
    expect(change({ type: "bearer", token: "t" })).toEqual({ type: "bearer", token: "t" });
    expect(change({ type: "none" })).toBeNull();
  });

  it("keeps_an_optional_session_token", () => {
    const before = toValues({ ...STORED, authentication: { type: "aws_sigv4", access_key_id: "A", region: "r", service: "s" } });
    const fields = toFields({ ...before, authentication: { ...before.authentication, region: "r2" } }, before);
    expect(fields.authentication).toEqual({ type: "aws_sigv4", access_key_id: "A", session_token: "***", region: "r2", service: "s" });
  });

  it("keeps_the_private_key_of_a_certificate", () => {
    const before = toValues({ ...STORED, tls: { certificate: "PEM", authorities: null } });
    expect(toFields({ ...before, tls: { ...before.tls, authorities: "CA" } }, before).tls).toEqual({ certificate: "PEM", authorities: "CA" });
    expect(toFields({ ...before, tls: { certificate: "", private_key: "", authorities: "" } }, before).tls).toBeNull();
  });

  it("sends_only_the_options_of_the_chosen_template", () => {
    const fields = toFields({ ...EMPTY, form: "template", template: "pagerduty", routingKey: " key " }, null);
    expect(fields.transformation).toEqual({ template: "pagerduty", options: { routing_key: "key", severity: "error" } });
    expect(toFields({ ...EMPTY, form: "template" }, null).transformation).toEqual({ template: "slack", options: {} });
  });

  it("has_a_request_only_when_it_differs_from_the_default", () => {
    const query = [{ name: "t", value: "{type}" }, { name: " ", value: "x" }];
    expect(toFields({ ...EMPTY, query }, null).request).toEqual({ method: "POST", path: null, query: { t: "{type}" } });
    expect(toFields({ ...EMPTY, query: [{ name: "", value: "x" }] }, null).request).toBeNull();
  });
});

describe("batching", () => {
  it("is_null_by_default_and_an_empty_field_has_the_default", () => {
    expect(toFields(EMPTY, null)).toMatchObject({ batching: null, payload: "full" });
    const values = { ...EMPTY, batching: true, batchEvents: "", batchWait: 0, batchFormat: "ndjson" as const };
    expect(toFields(values, null).batching).toEqual({ max_events: 100, max_wait_ms: 0, format: "ndjson" });
  });

  it("is_read_back_and_left_out_when_it_did_not_change", () => {
    const batching = { max_events: 2, max_wait_ms: 60_000, format: "json" as const };
    const before = toValues({ ...STORED, batching, payload: "reference" });
    expect(toFields(before, before)).toEqual({});
    expect(toFields({ ...before, batching: false, payload: "full" }, before)).toEqual({ batching: null, payload: "full" });
    expect(toFields({ ...before, batchEvents: 3 }, before)).toEqual({ batching: { ...batching, max_events: 3 } });
  });

  it("has_the_bounds_of_the_api", () => {
    const of = (batchEvents: number | string, batchWait: number | string) => {
      const values = { ...EMPTY, batching: true, batchEvents, batchWait };
      return [isOutside(values, "batchEvents"), isOutside(values, "batchWait")];
    };
    expect([of(2, 0), of(1000, 60_000), of("", "")]).toEqual([[false, false], [false, false], [false, false]]);
    expect([of(1, -1), of(1001, 60_001), of("-", 1.5)]).toEqual([[true, true], [true, true], [true, true]]);
    expect(isOutside({ ...EMPTY, batchEvents: 1 }, "batchEvents")).toBe(false);
  });

  it("excludes_what_is_made_for_one_event", () => {
    const template = { ...EMPTY, form: "template" as const };
    const path = { ...EMPTY, path: "/{id}" };
    const query = { ...EMPTY, query: [{ name: "t", value: "{type}" }] };
    const method = { ...EMPTY, method: "PUT" as const, query: [{ name: " ", value: "" }] };
    const order = { ...EMPTY, order: "all" as const };
    expect([EMPTY, method, template, path, query, order].map(conflictWithBatching)).toEqual([null, null, "transformation", "url", "url", "order"]);
    expect([EMPTY, path, template].map(conflictWithReference)).toEqual([null, null, "transformation"]);
  });
});

describe("order", () => {
  it("is_read_back_and_left_out_when_it_did_not_change", () => {
    expect(toFields(EMPTY, null).ordered).toBeNull();
    for (const ordered of [true, "data.customer_id"]) {
      const before = toValues({ ...STORED, ordered });
      expect(toFields(before, null).ordered).toBe(ordered);
      expect(toFields(before, before)).toEqual({});
      expect(toFields({ ...before, order: "none" }, before)).toEqual({ ordered: null });
    }
    expect(toValues({ ...STORED, ordered: false }).order).toBe("none");
    expect(toFields({ ...EMPTY, order: "key", orderKey: " data.a " }, null).ordered).toBe("data.a");
  });

  it("has_the_paths_of_the_api", () => {
    const good = ["data.id", "metadata.a.b", "$.data.a[0].b", 'data["a.b"]', "data['x'][12]", `data${".a".repeat(32)}`];
    expect(good.map(pathFault)).toEqual(good.map(() => null));
    const bad = {
      unfinished: ["", " ", "da", "$.", "metadata", "data.", "data.a.", "data[", 'data["a', "data[1"],
      root: ["id", "datas.id", "$data.id", "payload.id"],
      several: ["data[*]", "data.items[*].id"],
      long: [`data.${"a".repeat(500)}`, `data${".a".repeat(33)}`],
      syntax: ["data..a", "data.*", "data[a]", "data.a]", "data[1]x", "data[1234567890]", "data[-1]"],
    };
    for (const [fault, paths] of Object.entries(bad)) expect(paths.map(pathFault)).toEqual(paths.map(() => fault));
  });

  it("is_a_fault_only_where_it_is_used", () => {
    expect([faultOf(EMPTY), faultOf({ order: "all", orderKey: "x" }), faultOf({ order: "key", orderKey: "x" })]).toEqual([null, null, "root"]);
  });
});

describe("trialTransformation", () => {
  it("has_a_place_holder_for_a_hidden_key", () => {
    const masked = { ...EMPTY, form: "template" as const, template: "pagerduty" as const, routingKey: "***" };
    expect(trialTransformation(masked)).toMatchObject({ options: { routing_key: "0".repeat(32) } });
  });
});

describe("formField", () => {
  it("finds_the_field_of_a_path", () => {
    const names = ["filter", "channels[0]", "transformation.script", "transformation", "request.query.t", "authentication.token_url", "tls.private_key", "rate_limit.limit", "batching", "batching.max_events", "batching.max_wait_ms", "batching.format", "payload", "ordered"];
    expect(names.map(formField)).toEqual(["filter", "channels", "script", "transformation", "query", "authentication.token_url", "tls.private_key", "rate", "batching", "batchEvents", "batchWait", "batchFormat", "payload", "orderKey"]);
  });
});

describe("placeIn", () => {
  it("reads_the_place_in_front_of_a_message", () => {
    expect(placeIn("line 2, column 8: `&` is not an operator")).toEqual({ line: 2, column: 8, message: "`&` is not an operator" });
    expect(placeIn("line 3: TypeError: x")).toEqual({ line: 3, column: null, message: "TypeError: x" });
    expect(placeIn("must not be empty")).toBeNull();
  });
});
