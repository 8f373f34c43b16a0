//! The kind of a subscription's secret.

import { expect, it } from "vitest";
import { kindOf } from "./publicKeys";

it("the_secret_tells_the_kind_and_public_keys_do_without_it", () => {
  expect(kindOf({ public_keys: [] }, undefined)).toBe("hmac");
  expect(kindOf({ public_keys: ["whpk_a"] }, null)).toBe("ed25519");
  // The old key pair still signs beside a new shared secret.
  expect(kindOf({ public_keys: ["whpk_a"] }, "whsec_b")).toBe("hmac");
  expect(kindOf({ public_keys: ["whpk_a"] }, "whsk_b")).toBe("ed25519");
});
