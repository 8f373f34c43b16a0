//! Contrast of colours by WCAG 2.2, as the server computes it for portal links.

/** `#rgb` or `#rrggbb` as three numbers from 0 to 255; null for other text. */
export function parseColor(text: string): [number, number, number] | null {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (digits === undefined) return null;
  const whole = digits.length === 3 ? Array.from(digits, (digit) => digit + digit).join("") : digits;
  const part = (at: number) => parseInt(whole.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

function luminance(color: readonly [number, number, number]): number {
  const [red, green, blue] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21; null when one of them is no colour. */
export function contrast(one: string, other: string): number | null {
  const [first, second] = [parseColor(one), parseColor(other)];
  if (first === null || second === null) return null;
  const [a, b] = [luminance(first), luminance(second)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** Black or white, whichever can be read better on the colour; null when it is no colour. */
export function textOn(color: string): "#000000" | "#ffffff" | null {
  const black = contrast(color, "#000000");
  const white = contrast(color, "#ffffff");
  if (black === null || white === null) return null;
  return black >= white ? "#000000" : "#ffffff";
}
