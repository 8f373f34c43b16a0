//! Method and address of a request in the log.

import { describe, expect, it } from "vitest";
import { sentRequest } from "./requestLine";

describe("sentRequest", () => {
  it("is_a_post_to_the_subscriptions_url_by_default", () => {
    expect(sentRequest({ a: "1" }, "https://a.example/x?y=1")).toEqual({ method: "POST", url: "https://a.example/x?y=1", headers: { a: "1" } });
  });

  it("has_the_method_and_path_of_the_log_and_no_such_headers", () => {
    const sent = sentRequest({ ":method": "PUT", ":path": "/b?c=%20d", a: "1" }, "https://u:p@a.example:8443/x?y=1");
    expect(sent).toEqual({ method: "PUT", url: "https://u:p@a.example:8443/b?c=%20d", headers: { a: "1" } });
  });

  it("has_the_path_alone_without_a_subscription", () => {
    expect(sentRequest({ ":path": "/b" }, null).url).toBe("/b");
    expect(sentRequest({}, null).url).toBeNull();
  });
});
