import { describe, expect, test } from "vitest";
import { contrast, hostColors, parseColor, toHex, type Rgb } from "./colors";

const HOSTS = ["#000000", "#ffffff", "#ffe000", "#1a73e8", "#e8001a", "#7f7f7f", "#00ff00", "#0a0a0a", "#767676"];

function rgb(text: string): Rgb {
  const color = parseColor(text);
  if (color === null) throw new Error(text);
  return color;
}

describe.each(HOSTS)("the colour %s of a host", (color) => {
  const colors = hostColors(color, null);
  if (colors === null) throw new Error(color);

  test("stays_as_it_is_on_buttons_with_readable_text", () => {
    expect([colors.scale[7], colors.scale[8]]).toEqual([color, color]);
    expect(contrast(rgb(colors.text), rgb(color))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(rgb(colors.text), rgb(colors.hover))).toBeGreaterThanOrEqual(4.5);
  });

  test("is_readable_as_text_on_every_ground_of_both_schemes", () => {
    for (const ground of ["#ffffff", "#f7f8f9", "#f1f3f5", colors.light.chosen]) {
      expect(contrast(rgb(colors.light.accent), rgb(ground))).toBeGreaterThanOrEqual(4.45);
    }
    for (const ground of ["#101316", "#16191d", "#1d2126", "#1e2328", colors.dark.chosen]) {
      expect(contrast(rgb(colors.dark.accent), rgb(ground))).toBeGreaterThanOrEqual(4.45);
    }
  });
});

test("the_text_colour_of_a_link_is_used_when_it_is_readable", () => {
  expect(hostColors("#1a237e", "#fff59d")?.text).toBe("#fff59d");
  expect(hostColors("#1a237e", "#222222")?.text).toBe("#ffffff");
});

test("what_is_no_colour_changes_nothing", () => {
  for (const text of [null, undefined, "", "red", "#12", "#12345g", "url(x)"]) expect(hostColors(text, null)).toBeNull();
  expect(toHex([255, 0, 8])).toBe("#ff0008");
});
