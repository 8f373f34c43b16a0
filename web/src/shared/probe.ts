//! The length of a list whose count is capped, by asking whether there is a row at an offset.

const LONGEST = 2 ** 31 - 1;

/**
 * Doubles the offset until no row is there, then bisects. `atLeast` rows are known. The result is exact, as long as the
 * list does not change; some 20 requests for a million rows.
 */
export async function probeLength(hasRow: (offset: number) => Promise<boolean>, atLeast: number): Promise<number> {
  let known = Math.max(atLeast, 1);
  let beyond = Math.min(known * 2, LONGEST);
  while (beyond < LONGEST && (await hasRow(beyond))) {
    known = beyond + 1;
    beyond = Math.min(beyond * 2, LONGEST);
  }
  // Rows 0 to `known - 1` exist, row `beyond` does not.
  while (known < beyond) {
    const middle = Math.floor((known + beyond) / 2);
    if (await hasRow(middle)) known = middle + 1;
    else beyond = middle;
  }
  return known;
}
