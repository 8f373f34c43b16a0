export const jsonEditor = {
  format: "Format",
  syntax: (line: number, column: number) => `Not JSON: line ${line}, column ${column}.`,
  noObject: "This has to be an object: { … }.",
};
