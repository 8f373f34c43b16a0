// Checks the gzip sizes of a built bundle: the first load (scripts and styles that index.html names) and each lazy chunk.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FIRST_LOAD = 270_000;
const CHARTS = 160_000;
const LAZY = 60_000;

const dist = process.argv[2] ?? "dist";
const html = readFileSync(join(dist, "index.html"), "utf8");
const sizes = new Map(
  readdirSync(join(dist, "assets"))
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => [name, gzipSync(readFileSync(join(dist, "assets", name)), { level: 9 }).length]),
);
const first = [...sizes].filter(([name]) => html.includes(`assets/${name}`));
const total = first.reduce((sum, [, size]) => sum + size, 0);
const faults = [];

for (const [name, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
  const role = first.some(([other]) => other === name) ? "first" : "lazy";
  console.log(`${String(size).padStart(8)}  ${role}  ${name}`);
  const limit = name.startsWith("charts-") ? CHARTS : LAZY;
  if (role === "lazy" && size > limit) faults.push(`${name}: ${size} bytes, at most ${limit}`);
}
console.log(`${String(total).padStart(8)}  first load, at most ${FIRST_LOAD}`);
if (total > FIRST_LOAD) faults.push(`first load: ${total} bytes, at most ${FIRST_LOAD}`);
if (first.some(([name]) => name.startsWith("charts-"))) faults.push("the charts are part of the first load");
for (const name of readdirSync(join(dist, "assets"))) {
  if (name.endsWith(".map")) faults.push(`${name}: a source map`);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
