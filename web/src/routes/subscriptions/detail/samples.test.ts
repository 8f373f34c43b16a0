//! The samples that the page shows.

import { expect, it } from "vitest";
import receiving from "../../../../../docs/receiving.md?raw";
import { samplesOf } from "./samples";

it("each_language_has_the_code_that_verifies", () => {
  const samples = samplesOf(receiving);
  expect(samples.map(({ language }) => language)).toEqual([
    "Python",
    "JavaScript and TypeScript",
    "Go",
    "Java",
    "C#",
    "PHP",
    "Ruby",
    "Rust",
  ]);
  for (const { language, code } of samples) expect(code, language).toMatch(/whsec_/);
});
