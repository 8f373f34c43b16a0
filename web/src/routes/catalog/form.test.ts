import { expect, test } from "vitest";
import { ApiError } from "@/api/problem";
import { breakingChanges } from "./form";

const refused = (status: number, errors: { field: string; message: string }[]) =>
  new ApiError(status, { type: "about:blank", title: "", status, code: "invalid", detail: "", request_id: "r", errors }, null);

test("a_refused_schema_lists_what_it_breaks_and_can_be_forced", () => {
  const error = refused(422, [{ field: "schema/a", message: "breaks receivers: may now be string; force it with ?force=true" }]);
  expect(breakingChanges(error)).toEqual([{ field: "schema/a", reason: "may now be string" }]);
});

test("another_fault_cannot_be_forced", () => {
  expect(breakingChanges(refused(422, [{ field: "example", message: "does not fit the schema" }]))).toEqual([]);
  expect(breakingChanges(refused(409, []))).toEqual([]);
  expect(breakingChanges(null)).toEqual([]);
});
