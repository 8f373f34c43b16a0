//! JSON as a tree that knows where each value is in the text, so that values are copied without rounding a number.

interface Place {
  /** Offsets in the text: the value is `text.slice(start, end)`. */
  start: number;
  end: number;
}

export type JsonNode = Place &
  (
    | { kind: "object"; members: [string, JsonNode][] }
    | { kind: "array"; items: JsonNode[] }
    | { kind: "string"; value: string }
    | { kind: "number" }
    | { kind: "word"; value: boolean | null }
  );

export type JsonParsed = { ok: true; node: JsonNode } | { ok: false; at: number };

/** Deeper values are refused before the browser's stack ends. */
const DEEPEST = 200;
const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y; // eslint-disable-line no-control-regex
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

class Fault extends Error {
  readonly at: number;

  constructor(at: number) {
    super("not JSON");
    this.at = at;
  }
}

/** The tree of the text, or the offset of the first character that is wrong. */
export function parseJson(text: string): JsonParsed {
  try {
    const node = value(text, 0, 0);
    const end = skip(text, node.end);
    return end === text.length ? { ok: true, node } : { ok: false, at: end };
  } catch (fault) {
    if (fault instanceof Fault) return { ok: false, at: fault.at };
    throw fault;
  }
}

function value(text: string, from: number, depth: number): JsonNode {
  const start = skip(text, from);
  if (depth > DEEPEST) throw new Fault(start);
  const first = text[start];
  if (first === "{") return object(text, start, depth);
  if (first === "[") return array(text, start, depth);
  if (first === '"') return string(text, start);
  const word = take(WORD, text, start);
  if (word !== null) return { kind: "word", value: word === "null" ? null : word === "true", start, end: start + word.length };
  const number = take(NUMBER, text, start);
  if (number === null) throw new Fault(start);
  return { kind: "number", start, end: start + number.length };
}

function string(text: string, start: number): JsonNode & { kind: "string" } {
  const token = take(STRING, text, start);
  if (token === null) throw new Fault(start);
  return { kind: "string", value: JSON.parse(token) as string, start, end: start + token.length };
}

function object(text: string, start: number, depth: number): JsonNode {
  const members: [string, JsonNode][] = [];
  let at = skip(text, start + 1);
  if (text[at] === "}") return { kind: "object", members, start, end: at + 1 };
  for (;;) {
    const name = string(text, at);
    at = skip(text, name.end);
    if (text[at] !== ":") throw new Fault(at);
    const member = value(text, at + 1, depth + 1);
    members.push([name.value, member]);
    at = skip(text, member.end);
    if (text[at] === "}") return { kind: "object", members, start, end: at + 1 };
    if (text[at] !== ",") throw new Fault(at);
    at = skip(text, at + 1);
  }
}

function array(text: string, start: number, depth: number): JsonNode {
  const items: JsonNode[] = [];
  let at = skip(text, start + 1);
  if (text[at] === "]") return { kind: "array", items, start, end: at + 1 };
  for (;;) {
    const item = value(text, at, depth + 1);
    items.push(item);
    at = skip(text, item.end);
    if (text[at] === "]") return { kind: "array", items, start, end: at + 1 };
    if (text[at] !== ",") throw new Fault(at);
    at += 1;
  }
}

function skip(text: string, from: number): number {
  SPACE.lastIndex = from;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function take(pattern: RegExp, text: string, from: number): string | null {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? null;
}

/** The text of a member of an object; null when it is absent. The last one of a repeated name counts. */
export function memberText(text: string, name: string): string | null {
  const parsed = parseJson(text);
  if (!parsed.ok || parsed.node.kind !== "object") return null;
  const member = parsed.node.members.findLast(([key]) => key === name)?.[1];
  return member === undefined ? null : text.slice(member.start, member.end);
}

/** The value that a JSON pointer such as `/lines/1/amount` names; the nearest one around it when it is absent. */
export function nodeAt(root: JsonNode, pointer: string): JsonNode {
  let node = root;
  for (const part of pointer.split("/").filter((step) => step !== "")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const next: JsonNode | undefined =
      node.kind === "object"
        ? node.members.findLast(([key]) => key === name)?.[1]
        : node.kind === "array" && /^\d+$/.test(name)
          ? node.items[Number(name)]
          : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

export type ObjectText = { state: "object"; node: JsonNode } | { state: "empty" } | { state: "other" } | { state: "broken"; at: number };

/** What a text is that has to be a JSON object. */
export function readObject(text: string): ObjectText {
  if (text.trim() === "") return { state: "empty" };
  const parsed = parseJson(text);
  if (!parsed.ok) return { state: "broken", at: parsed.at };
  return parsed.node.kind === "object" ? { state: "object", node: parsed.node } : { state: "other" };
}

/** Line and column from 1. */
export function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A number that JavaScript would round, as it is written. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Plain values; numbers that do not survive `Number` become an `ExactNumber`. */
export function toValue(text: string, node: JsonNode): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map(([name, member]) => [name, toValue(text, member)]));
    case "array":
      return node.items.map((item) => toValue(text, item));
    case "number": {
      const written = text.slice(node.start, node.end);
      return String(Number(written)) === written ? Number(written) : new ExactNumber(written);
    }
    default:
      return node.value;
  }
}
