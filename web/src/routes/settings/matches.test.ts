//! Settings are found by words of their name and description.

import { expect, it } from "vitest";
import { matches } from "./matches";

it("finds_a_setting_by_all_words_of_its_name_or_description", () => {
  const setting = { name: "POSTRIDER_LOG_FORMAT", description: "lines of the log: text or json" };
  expect(["", " ", "log_format", "format LOG", "json"].map((text) => matches(setting, text))).toEqual([true, true, true, true, true]);
  expect(["store", "log store"].map((text) => matches(setting, text))).toEqual([false, false]);
});
