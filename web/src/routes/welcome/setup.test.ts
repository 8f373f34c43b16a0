import { expect, test } from "vitest";
import { patternFor, tenantFor, typeFor } from "./setup";

test("the_tenant_of_the_screen_comes_before_an_existing_one_and_a_new_one", () => {
  expect(tenantFor({ tenant: "acme", named: true }, ["dev"])).toBe("acme");
  expect(tenantFor({ tenant: null, named: true }, ["dev", "x"])).toBe("dev");
  expect(tenantFor({ tenant: null, named: true }, [])).toBe("demo");
});

test("the_first_subscription_is_to_a_type_of_the_catalog_or_to_all", () => {
  expect(patternFor(["a.b", "invoice.created"])).toBe("invoice.created");
  expect(patternFor(["a.b"])).toBe("a.b");
  expect(patternFor([])).toBe("*");
});

test("the_first_event_is_one_that_the_subscription_receives", () => {
  expect(typeFor(["user.login"], ["invoice.created"])).toBe("user.login");
  expect(typeFor(["*"], ["a.b", "invoice.created"])).toBe("invoice.created");
  expect(typeFor(["a.*"], ["invoice.created", "a.b"])).toBe("a.b");
  expect(typeFor(["z.*"], ["a.b"])).toBe("z.test");
  expect(typeFor(["*"], [])).toBe("demo.event");
});
