import { afterEach, expect, test } from "vitest";
import { linkOf, takeToken, tokenOf } from "./link";

afterEach(() => window.history.replaceState(null, "", "/"));

test("the_link_of_an_address_is_the_segment_after_portal", () => {
  expect(linkOf("/portal/pts_1", "/")).toEqual({ id: "pts_1", path: "/portal/pts_1" });
  expect(linkOf("/portal/pts_1/deliveries", "/")).toEqual({ id: "pts_1", path: "/portal/pts_1" });
  expect(linkOf("/hooks/portal/pts_1/", "/hooks/")).toEqual({ id: "pts_1", path: "/hooks/portal/pts_1" });
  for (const path of ["/", "/portal", "/portal/", "/deliveries", "/portals/pts_1", "/x/portal/pts_1"]) {
    expect(linkOf(path, "/")).toBeNull();
  }
});

test("the_token_is_taken_once_and_removed_from_the_address", () => {
  window.history.replaceState({ key: "kept" }, "", "/portal/pts_1/deliveries?status=failed#pt_abc-DEF_1");
  expect(takeToken()).toBe("pt_abc-DEF_1");
  expect(window.location.href).not.toContain("pt_abc");
  expect(window.location.pathname + window.location.search).toBe("/portal/pts_1/deliveries?status=failed");
  expect(window.history.state).toEqual({ key: "kept" });
  expect(takeToken()).toBeNull();
});

test("only_a_token_is_taken_from_a_fragment", () => {
  expect(tokenOf("#pt_abc%20.")).toBe("pt_abc");
  for (const hash of ["", "#", "#pk_abc", "#code=x", "#x#pt_abc", "pt_abc"]) expect(tokenOf(hash)).toBeNull();
});
