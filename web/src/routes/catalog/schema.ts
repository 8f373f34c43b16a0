//! A JSON Schema as rows of a table: one row per field, nested fields by their path.

export interface SchemaRow {
  path: string;
  type: string;
  required: boolean;
  description: string;
}

type Node = Record<string, unknown>;

const DEEPEST = 6;
const MOST_ROWS = 500;

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
      type: typeOf(field, items),
      required: required.includes(name),
      description: typeof field.description === "string" ? field.description : "",
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
  if (Array.isArray(field.enum)) return field.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (field.const !== undefined) return JSON.stringify(field.const);
  const names = (Array.isArray(field.type) ? field.type : [field.type]).filter((name) => typeof name === "string");
  const format = typeof field.format === "string" ? ` (${field.format})` : "";
  const words = names.map((name) => (name === "array" ? `${typeOf(items, {})}[]` : name));
  return (words.join(" | ") || "any") + format;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
