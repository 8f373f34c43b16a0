//! The one-time code of the link that `serve --dev` prints (`#code=…`).

/** Returns the code and removes it from the address, so that it is neither kept in the history nor sent again. */
export function takeCode(): string | null {
  const code = new URLSearchParams(window.location.hash.slice(1)).get("code");
  if (code === null) return null;
  window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return code;
}
