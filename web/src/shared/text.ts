//! Foreign text: what receivers, publishers and customers wrote. All of it is hostile.

/** Characters that change how text around them is read: controls, bidirectional marks, invisible ones. */
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Makes hidden characters visible as `\u{202e}`; line feeds and tabs stay. */
export function showHidden(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Keeps both ends of an id: the beginning says its kind, the end tells it from its neighbours. */
export function shortenMiddle(text: string, head: number, tail: number): string {
  const characters = Array.from(text);
  if (characters.length <= head + tail + 1) return text;
  return `${characters.slice(0, head).join("")}…${characters.slice(-tail).join("")}`;
}

/** The address if a click on it is harmless (`http` or `https`), else undefined. */
export function safeHref(address: string): string | undefined {
  try {
    const { protocol } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? address : undefined;
  } catch {
    return undefined;
  }
}

/** Host and path of a URL, which tell subscriptions apart; the text itself when it is no URL. */
export function splitUrl(address: string): { host: string; path: string } {
  try {
    const url = new URL(address);
    const path = url.pathname + url.search;
    return { host: url.host, path: path === "/" ? "" : path };
  } catch {
    return { host: address, path: "" };
  }
}
