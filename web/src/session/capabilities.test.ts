import { expect, test } from "vitest";
import type { Session } from "@/api/types";
import { may } from "./capabilities";

const SESSION: Session = {
  kind: "portal",
  tenant_id: "acme",
  permissions: ["webhooks:read", "deliveries:retry"],
  expires_at: null,
  csrf_token: null,
  portal: null,
};

test("a_session_may_do_what_its_permissions_name", () => {
  expect(may(SESSION, "deliveries:retry")).toBe(true);
  expect(may(SESSION, "secrets:read")).toBe(false);
  expect(may({ ...SESSION, kind: "tenant" }, "operate")).toBe(false);
  expect(may({ ...SESSION, kind: "operator" }, "operate")).toBe(true);
});
