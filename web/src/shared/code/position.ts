//! Places in the text of an editor: what is marked, and what the Tab key inserts.

/** Both are counted from 1; the column in characters, as the API counts them. */
export interface Place {
  line: number;
  column: number | null;
}

export interface Marked {
  before: string;
  /** The line of the place up to the character. */
  head: string;
  /** The character itself; empty without a column, and at the end of a line. */
  mark: string;
  tail: string;
  after: string;
}

/** The text in parts around a place; a place beyond the text is its end. */
export function markedParts(text: string, { line, column }: Place): Marked {
  const lines = text.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const join = (parts: string[]) => parts.join("\n");
  const before = index === 0 ? "" : `${join(lines.slice(0, index))}\n`;
  const after = index === lines.length - 1 ? "" : `\n${join(lines.slice(index + 1))}`;
  const characters = Array.from(lines[index] ?? "");
  if (column === null) return { before, head: characters.join(""), mark: "", tail: "", after };
  const at = Math.min(Math.max(column, 1) - 1, characters.length);
  return {
    before,
    head: characters.slice(0, at).join(""),
    mark: characters[at] ?? "",
    tail: characters.slice(at + 1).join(""),
    after,
  };
}

/** A replacement of a part of the text, and the selection after it. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
  selectFrom: number;
  selectTo: number;
}

const STEP = "  ";

/** What Tab does: two spaces at the caret, or before each selected line. */
export function indent(text: string, from: number, to: number): Edit {
  if (!text.slice(from, to).includes("\n")) {
    return { from, to, insert: STEP, selectFrom: from + STEP.length, selectTo: from + STEP.length };
  }
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const insert = text
    .slice(start, to)
    .split("\n")
    .map((line) => (line === "" ? line : STEP + line))
    .join("\n");
  return { from: start, to, insert, selectFrom: start, selectTo: start + insert.length };
}

/** What Enter does: a new line with the indentation of the last one. */
export function newLine(text: string, from: number, to: number): Edit {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const insert = `\n${/^[ \t]*/.exec(text.slice(start, from))?.[0] ?? ""}`;
  return { from, to, insert, selectFrom: from + insert.length, selectTo: from + insert.length };
}

/** Replaces text as if it had been typed, so that the browser can undo it. */
export function apply(input: HTMLTextAreaElement, { from, to, insert, selectFrom, selectTo }: Edit): void {
  input.focus();
  input.setSelectionRange(from, to);
  // The only way that keeps the history of changes; browsers still have it. jsdom does not.
  const typed = typeof document.execCommand === "function" && document.execCommand("insertText", false, insert);
  if (!typed) {
    input.setRangeText(insert, from, to, "end");
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  input.setSelectionRange(selectFrom, selectTo);
}
