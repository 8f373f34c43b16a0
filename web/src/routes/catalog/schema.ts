//! A JSON Schema as rows of a table: one row per field, nested fields below their parent.

import { ExactNumber } from "@/shared/jsonTree";

export interface SchemaRow {
  /** `lines[].amount`. */
  path: string;
  name: string;
  /** 0 for a field of the data itself. */
  depth: number;
  type: string;
  required: boolean;
  description: string;
  /** What the value has to satisfy, in JSON Schema's own words: `minimum 0`. */
  constraints: string[];
}

type Node = Record<string, unknown>;

const DEEPEST = 6;
const MOST_ROWS = 500;

/** Numbers that JavaScript would round are `ExactNumber`s in the schema. */
export function schemaRows(schema: unknown): SchemaRow[] {
  const rows: SchemaRow[] = [];
  if (isNode(schema)) walk(schema, schema, "", 0, rows);
  return rows;
}

function walk(root: Node, node: Node, prefix: string, depth: number, rows: SchemaRow[]): void {
  const required = Array.isArray(node.required) ? node.required : [];
  if (!isNode(node.properties) || depth > DEEPEST) return;
  for (const [name, raw] of Object.entries(node.properties)) {
    if (rows.length >= MOST_ROWS) return;
    const field = resolve(root, raw);
    const path = prefix + name;
    const items = resolve(root, field.items);
    rows.push({
      path,
      name,
      depth,
      type: typeOf(field, items),
      required: required.includes(name),
      description: typeof field.description === "string" ? field.description : "",
      constraints: constraintsOf(field),
    });
    walk(root, field, `${path}.`, depth + 1, rows);
    walk(root, items, `${path}[].`, depth + 1, rows);
  }
}

/** Follows a reference into the same document, such as `#/$defs/line_item`; other references are left as they are. */
function resolve(root: Node, raw: unknown): Node {
  if (!isNode(raw)) return {};
  if (typeof raw.$ref !== "string" || !raw.$ref.startsWith("#/")) return raw;
  let target: unknown = root;
  for (const part of raw.$ref.slice(2).split("/")) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    target = isNode(target) && Object.hasOwn(target, name) ? target[name] : undefined;
  }
  return isNode(target) ? { ...target, ...raw } : raw;
}

function typeOf(field: Node, items: Node): string {
  const names = (Array.isArray(field.type) ? field.type : [field.type]).filter((name) => typeof name === "string");
  if (names.length === 0 && Array.isArray(field.enum)) return "enum";
  const format = typeof field.format === "string" ? ` (${field.format})` : "";
  const words = names.map((name) => (name === "array" ? `${typeOf(items, {})}[]` : name));
  return (words.join(" | ") || "any") + format;
}

const BOUNDS = [
  "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
  "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "default",
];

function constraintsOf(field: Node): string[] {
  const found: string[] = [];
  if (Array.isArray(field.enum)) found.push(field.enum.map(written).join(" | "));
  if (field.const !== undefined) found.push(`= ${written(field.const)}`);
  for (const name of BOUNDS) {
    const value = field[name];
    if (value !== undefined && value !== false) found.push(value === true ? name : `${name} ${name === "pattern" ? String(value) : written(value)}`);
  }
  if (field.additionalProperties === false) found.push("additionalProperties false");
  return found;
}

/** A value as JSON, with all digits of its numbers. */
function written(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (isNode(value)) return `{${Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${written(one)}`).join(",")}}`;
  return JSON.stringify(value) ?? "";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}
