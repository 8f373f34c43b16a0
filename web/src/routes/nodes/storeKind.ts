//! The kind of a store, which its address begins with.

/** `sqlite` of `sqlite:postrider.db`; null when there is no scheme, as in a masked value. */
export function storeKind(address: string | null): string | null {
  return /^([a-z][a-z0-9+]*):/i.exec(address ?? "")?.[1]?.toLowerCase() ?? null;
}
