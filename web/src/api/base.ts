//! The path below which a proxy serves Postrider, from `<base href>`; it ends with a slash.

export const basePath = new URL(document.baseURI).pathname.replace(/[^/]*$/, "");

export function apiUrl(path: string): string {
  return basePath.replace(/\/$/, "") + path;
}

/** The address of the server for commands, with the path of a proxy and without a slash at its end. */
export function serverUrl(): string {
  return new URL(basePath, window.location.origin).href.replace(/\/$/, "");
}
