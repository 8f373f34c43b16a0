//! Formats JSON from its raw text, without parsing numbers: values beyond 2^53 and duplicate keys stay as they are.

export type TokenKind = "key" | "string" | "number" | "word" | "mark";

export interface Token {
  kind: TokenKind;
  text: string;
}

export interface JsonLine {
  depth: number;
  tokens: Token[];
}

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:]))/y;

/** The lines of formatted JSON; null when the text is not JSON, so that it is shown as it is. */
export function formatJson(text: string): JsonLine[] | null {
  const tokens = tokenize(text);
  if (tokens === null || tokens.length === 0) return null;
  const lines: JsonLine[] = [];
  const open: string[] = [];
  let line: JsonLine = { depth: 0, tokens: [] };
  const finish = () => {
    lines.push(line);
    line = { depth: open.length, tokens: [] };
  };

  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) return null;
    const next = tokens[at + 1];
    switch (token.kind === "mark" ? token.text : "") {
      case "{":
      case "[": {
        line.tokens.push(token);
        open.push(token.text);
        const closing = token.text === "{" ? "}" : "]";
        if (next?.kind === "mark" && next.text === closing) {
          line.tokens.push(next);
          open.pop();
          at += 1;
        } else {
          finish();
        }
        break;
      }
      case "}":
      case "]": {
        const opened = open.pop();
        if (opened !== (token.text === "}" ? "{" : "[")) return null;
        finish();
        line.depth = open.length;
        line.tokens.push(token);
        break;
      }
      case ",":
        line.tokens.push(token);
        finish();
        break;
      case ":":
        line.tokens.push({ kind: "mark", text: ": " });
        break;
      default: {
        const isKey = token.kind === "string" && next?.kind === "mark" && next.text === ":";
        line.tokens.push(isKey ? { kind: "key", text: token.text } : token);
      }
    }
  }
  lines.push(line);
  return open.length === 0 ? lines : null;
}

/** The same text with two spaces of indentation and its numbers as they are; unchanged when it is not JSON. */
export function prettyJson(text: string): string {
  const lines = formatJson(text);
  if (lines === null) return text;
  return lines.map(({ depth, tokens }) => "  ".repeat(depth) + tokens.map((token) => token.text).join("")).join("\n");
}

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const [, string, number, word, mark] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
  }
  return tokens;
}
