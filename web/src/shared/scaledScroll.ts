//! The scroll bar of very long lists. Browsers cut elements at some 33 (Chrome; half at pixel ratio 2) or 17 (Firefox)
//! million pixels, so a longer list is mapped onto a shorter element: small movements are one to one, jumps go by
//! proportion.

export const TALLEST = 8_000_000;

export interface ScrollSize {
  /** Height of the list if nothing were cut. */
  real: number;
  /** Height of the element that scrolls. */
  element: number;
  viewport: number;
}

export interface ScrollPosition {
  /** `scrollTop` of the element. */
  top: number;
  /** The offset in the list at which the viewport begins. */
  virtual: number;
}

export function elementHeight(real: number): number {
  return Math.min(real, TALLEST);
}

function ends(size: ScrollSize): { top: number; virtual: number } {
  return {
    top: Math.max(0, size.element - size.viewport),
    virtual: Math.max(0, size.real - size.viewport),
  };
}

/** The position after the element was scrolled to `top`; `moveTo` is set when `scrollTop` must be corrected. */
export function scrolled(
  before: ScrollPosition,
  top: number,
  size: ScrollSize,
): ScrollPosition & { moveTo: number | null } {
  const last = ends(size);
  if (last.top === last.virtual) return { top, virtual: top, moveTo: null };
  const moved = top - before.top;
  const jump = Math.abs(moved) > 3 * size.viewport;
  const aimed = jump ? (top / last.top) * last.virtual : before.virtual + moved;
  const virtual = Math.min(Math.max(aimed, 0), last.virtual);
  const stuckAtStart = top <= 0 && virtual > 0;
  const stuckAtEnd = top >= last.top - 1 && virtual < last.virtual - 1;
  const leftAtEdge = (virtual === 0 && top > 0) || (virtual === last.virtual && top < last.top - 1);
  if (!jump && (stuckAtStart || stuckAtEnd || leftAtEdge)) {
    const moveTo = Math.round((virtual / last.virtual) * last.top);
    // The rounding of the element's ends must not keep the last pixels of the list out of reach.
    const at = moveTo <= 0 ? 0 : moveTo >= last.top ? last.virtual : virtual;
    return { top: moveTo, virtual: at, moveTo };
  }
  return { top, virtual, moveTo: null };
}

/** The position that shows `virtual` at the top of the viewport. */
export function positionOf(virtual: number, size: ScrollSize): ScrollPosition {
  const last = ends(size);
  const clamped = Math.min(Math.max(virtual, 0), last.virtual);
  if (last.virtual === 0) return { top: 0, virtual: 0 };
  return { top: Math.round((clamped / last.virtual) * last.top), virtual: clamped };
}
