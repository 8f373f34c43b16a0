import type { jsonEditor as english } from "../en/jsonEditor";

export const jsonEditor: typeof english = {
  format: "Dar formato",
  syntax: (line, column) => `No es JSON: línea ${line}, columna ${column}.`,
  noObject: "Tiene que ser un objeto: { … }.",
};
