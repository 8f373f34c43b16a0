//! The text of a subscription in a choice: its description, then host and path; choices have no markup.

import { showHidden, splitUrl } from "./text";

const LONGEST = 160;

export function receiverLabel(url: string, description: string | null | undefined): string {
  const { host, path } = splitUrl(url);
  return showHidden(description ? `${description} — ${host}${path}` : `${host}${path}`).slice(0, LONGEST);
}
