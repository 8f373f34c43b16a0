//! The part of Markdown that `docs/` uses, as blocks: headings, paragraphs, fenced code, tables and flat lists.

export type Block =
  | { kind: "heading"; level: number; text: string }
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "list"; items: string[] }
  | { kind: "table"; head: string[]; rows: string[][] };

export type Span = { kind: "text" | "code" | "strong"; text: string } | { kind: "link"; text: string; address: string };

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  let at = 0;
  const take = (matches: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && matches(lines[at] ?? "")) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") at += 1;
    else if (line.startsWith("```")) {
      at += 1;
      blocks.push({ kind: "code", text: take((one) => !one.startsWith("```")).join("\n") });
      at += 1;
    } else if (/^#+ /.test(line)) {
      blocks.push({ kind: "heading", level: line.indexOf(" "), text: line.replace(/^#+ /, "") });
      at += 1;
    } else if (line.startsWith("|")) {
      const [head = "", , ...rows] = take((one) => one.startsWith("|"));
      blocks.push({ kind: "table", head: cellsOf(head), rows: rows.map(cellsOf) });
    } else if (line.startsWith("- ")) {
      const items = take((one) => one.startsWith("- ") || /^ +\S/.test(one)).join("\n").replace(/\n +/g, " ");
      blocks.push({ kind: "list", items: items.split("\n").map((item) => item.replace(/^- /, "")) });
    } else {
      const text = take((one) => one.trim() !== "" && !/^(```|\||- |#+ )/.test(one));
      blocks.push({ kind: "text", text: text.join(" ") });
    }
  }
  return blocks;
}

/** A bar with a backslash in front belongs to its cell. */
function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(SPAN)) {
    const [whole, code, strong, label, address] = match;
    if (match.index > at) spans.push({ kind: "text", text: text.slice(at, match.index) });
    if (code !== undefined) spans.push({ kind: "code", text: code });
    else if (strong !== undefined) spans.push({ kind: "strong", text: strong });
    else spans.push({ kind: "link", text: (label ?? "").replace(/^`|`$/g, ""), address: address ?? "" });
    at = match.index + whole.length;
  }
  if (at < text.length) spans.push({ kind: "text", text: text.slice(at) });
  return spans;
}
