//! Colours of a host's colour: readable as ground and as text, whatever the colour is.

import type { MantineColorsTuple } from "@mantine/core";

export type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** WCAG 2.2, AA, for text of normal size. */
const READABLE = 4.5;

export function parseColor(text: string | null | undefined): Rgb | null {
  const digits = /^#([0-9a-f]{6})$/i.exec(text ?? "")?.[1];
  if (digits === undefined) return null;
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function toHex(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The contrast of WCAG 2.2, from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function mix(color: Rgb, other: Rgb, share: number): Rgb {
  const part = (index: 0 | 1 | 2) => color[index] + (other[index] - color[index]) * share;
  return [part(0), part(1), part(2)];
}

/** Black or white, whichever has the higher contrast: what the API computes too. */
export function textOn(color: Rgb): Rgb {
  return contrast(color, WHITE) >= contrast(color, BLACK) ? WHITE : BLACK;
}

/** The colour itself, or as little darker (lighter on dark grounds) as makes it readable on all the grounds. */
function readableOn(color: Rgb, grounds: readonly Rgb[], towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.04) {
    const candidate = mix(color, towards, share);
    if (grounds.every((ground) => contrast(candidate, ground) >= READABLE)) return candidate;
  }
  return towards;
}

export interface HostColors {
  scale: MantineColorsTuple;
  text: string;
  hover: string;
  light: SchemeColors;
  dark: SchemeColors;
}

interface SchemeColors {
  /** Text and marks in the colour. */
  accent: string;
  /** Ground of what is chosen. */
  chosen: string;
  /** Buttons would melt into the page without an edge. */
  faint: boolean;
}

// The lightest ground of dark and the darkest of light in tokens.css, on which links are.
const LIGHT_GROUND: Rgb = [241, 243, 245];
const DARK_GROUND: Rgb = [30, 35, 40];
/** Below this contrast to the page a ground is hardly seen. */
const FAINT = 1.5;

/** Null when the host has no colour. */
export function hostColors(color: string | null | undefined, text: string | null | undefined): HostColors | null {
  const ground = parseColor(color);
  if (ground === null) return null;
  const given = parseColor(text);
  const on = given !== null && contrast(given, ground) >= READABLE ? given : textOn(ground);
  // A hovered button moves away from its text, so it stays readable.
  const hover = mix(ground, luminance(on) > luminance(ground) ? BLACK : WHITE, 0.12);
  const chosen = { light: mix(WHITE, ground, 0.1), dark: mix([22, 25, 29], ground, 0.22) };
  const tints = [0.92, 0.82, 0.66, 0.5, 0.34, 0.2, 0.1].map((share) => toHex(mix(ground, WHITE, share)));
  const scale = [...tints, toHex(ground), toHex(ground), toHex(mix(ground, BLACK, 0.2))];
  return {
    scale: scale as unknown as MantineColorsTuple,
    text: toHex(on),
    hover: toHex(hover),
    light: {
      accent: toHex(readableOn(ground, [LIGHT_GROUND, chosen.light], BLACK)),
      chosen: toHex(chosen.light),
      faint: contrast(ground, LIGHT_GROUND) < FAINT,
    },
    dark: {
      accent: toHex(readableOn(ground, [DARK_GROUND, chosen.dark], WHITE)),
      chosen: toHex(chosen.dark),
      faint: contrast(ground, DARK_GROUND) < FAINT,
    },
  };
}
