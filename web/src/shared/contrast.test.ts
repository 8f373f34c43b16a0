import { expect, test } from "vitest";
import { contrast, parseColor, textOn } from "./contrast";

test("colours_are_read_in_both_lengths", () => {
  expect(parseColor("#1a73e8")).toEqual([26, 115, 232]);
  expect(parseColor("#FFF")).toEqual([255, 255, 255]);
  for (const wrong of ["", "red", "#12", "#12345g", "url(javascript:1)"]) expect(parseColor(wrong)).toBeNull();
});

test("contrast_is_that_of_wcag", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(contrast("red", "#ffffff")).toBeNull();
});

test("text_is_black_or_white_by_the_higher_contrast", () => {
  expect(textOn("#ffe000")).toBe("#000000");
  expect(textOn("#0b6573")).toBe("#ffffff");
  expect(textOn("#e8710a")).toBe("#000000");
  expect(textOn("nothing")).toBeNull();
});
