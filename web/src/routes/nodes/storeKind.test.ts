import { expect, test } from "vitest";
import { storeKind } from "./storeKind";

test("the_kind_of_a_store_is_its_scheme", () => {
  expect(storeKind("sqlite:postrider.db")).toBe("sqlite");
  expect(storeKind("postgres://***@db/postrider")).toBe("postgres");
  expect(storeKind("***")).toBeNull();
  expect(storeKind(null)).toBeNull();
});
