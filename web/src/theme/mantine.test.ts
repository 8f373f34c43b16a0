import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SRC = join(__dirname, "..");
const STYLES = join(SRC, "../node_modules/@mantine/core/styles");

/** Components that are drawn by another one's styles. */
const DRAWN_BY: Record<string, string[]> = {
  Autocomplete: ["Combobox", "Input"],
  Select: ["Combobox", "Input"],
  MultiSelect: ["Combobox", "Input", "Pill", "PillsInput"],
  TextInput: ["Input"],
  Textarea: ["Input"],
};

test("the_styles_of_each_mantine_component_in_use_are_imported", () => {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const known = new Set(readdirSync(STYLES).map((name) => name.split(".")[0] ?? ""));
  const imported = readFileSync(join(SRC, "theme/mantine.ts"), "utf8");
  const used = files.flatMap((name) => {
    const source = readFileSync(join(SRC, name), "utf8");
    const names = /import \{([^}]*)\} from "@mantine\/core"/.exec(source)?.[1] ?? "";
    return names.split(",").map((part) => part.trim());
  });
  const needed = new Set(used.flatMap((name) => DRAWN_BY[name] ?? (known.has(name) ? [name] : [])));
  const missing = [...needed].filter((name) => !imported.includes(`styles/${name}.layer.css`));
  expect(missing).toEqual([]);
});
