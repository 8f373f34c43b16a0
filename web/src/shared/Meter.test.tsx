import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { fraction, Meter } from "./Meter";

test("a_part_never_exceeds_its_whole", () => {
  expect(fraction(5, 10)).toBe(0.5);
  expect(fraction(12, 10)).toBe(1);
  expect(fraction(0, 0)).toBe(1);
  expect(fraction(3, null)).toBe(0);
});

test("a_meter_tells_its_value_in_words", () => {
  render(<Meter value={3} max={10} label="Keys" text="3 of 10" />);
  const meter = screen.getByRole("meter", { name: "Keys" });
  expect(meter.getAttribute("aria-valuetext")).toBe("3 of 10");
});

test("without_a_limit_there_is_no_bar", () => {
  render(<Meter value={3} max={null} label="Keys" text="3" />);
  expect(screen.queryByRole("meter")).toBeNull();
});
