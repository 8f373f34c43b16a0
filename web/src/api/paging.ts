//! Headers of list answers.

export interface Page<T> {
  rows: T[];
  /** Cursor of the next page; null on the last one. */
  next: string | null;
  /** Rows of the whole list, when the request asked to count them. */
  total: number | null;
  /** True when there may be more rows than `total`. */
  capped: boolean;
}

export function toPage<T>({ data, response }: { data: T[]; response: Response }): Page<T> {
  const total = response.headers.get("x-total-count");
  return {
    rows: data,
    next: nextCursor(response.headers.get("link")),
    total: total === null ? null : Number(total),
    capped: response.headers.get("x-total-count-capped") === "true",
  };
}

/** The cursor in `<path?cursor=…>; rel="next"`. */
export function nextCursor(link: string | null): string | null {
  const target = /<([^>]*)>\s*;[^,]*rel="?next"?/.exec(link ?? "")?.[1];
  if (target === undefined) return null;
  return new URL(target, "http://relative.invalid").searchParams.get("cursor");
}
