//! The path below which a proxy serves Postrider, from `<base href>`; it ends with a slash.

export const basePath = new URL(document.baseURI).pathname.replace(/[^/]*$/, "");

export function apiUrl(path: string): string {
  return basePath.replace(/\/$/, "") + path;
}
