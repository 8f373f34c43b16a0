import { expect, test } from "vitest";
import { probeLength } from "./probe";
import { positionOf, scrolled, TALLEST, type ScrollPosition } from "./scaledScroll";
import { nextRow } from "./useRowKeys";

const MILLION = { real: 36_000_000, element: TALLEST, viewport: 800 };
const lastTop = TALLEST - 800;

test("the_end_of_the_scroll_bar_is_the_last_row", () => {
  const end = scrolled({ top: 0, virtual: 0 }, lastTop, MILLION);
  expect(end.virtual).toBe(MILLION.real - MILLION.viewport);
  expect(positionOf(end.virtual, MILLION).top).toBe(lastTop);
});

test("small_movements_are_one_to_one", () => {
  const middle = positionOf(18_000_000, MILLION);
  expect(scrolled(middle, middle.top + 120, MILLION).virtual).toBe(middle.virtual + 120);
});

test("no_row_is_out_of_reach_of_small_movements", () => {
  let position: ScrollPosition = { top: 400, virtual: 5000 };
  for (let step = 0; step < 200 && position.virtual > 0; step += 1) {
    position = scrolled(position, Math.max(0, position.top - 100), MILLION);
  }
  expect(position).toMatchObject({ top: 0, virtual: 0 });
});

test("short_lists_are_not_scaled", () => {
  const size = { real: 3600, element: 3600, viewport: 800 };
  expect(scrolled({ top: 0, virtual: 0 }, 2000, size)).toEqual({ top: 2000, virtual: 2000, moveTo: null });
});

test("a_capped_count_is_completed_by_probing", async () => {
  for (const length of [100_000, 100_001, 1_000_000, 1_234_567]) {
    let asked = 0;
    const found = await probeLength((offset) => {
      asked += 1;
      return Promise.resolve(offset < length);
    }, 100_000);
    expect(found).toBe(length);
    expect(asked).toBeLessThan(30);
  }
});

test("keys_stay_within_the_list", () => {
  expect(nextRow("ArrowDown", 9, 10, 5)).toBe(9);
  expect(nextRow("PageUp", 3, 10, 5)).toBe(0);
  expect(nextRow("End", 0, 1_000_000, 5)).toBe(999_999);
  expect(nextRow("a", 0, 10, 5)).toBeNull();
});
