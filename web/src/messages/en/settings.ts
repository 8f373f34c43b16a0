export const settings = {
  answer: (set: number, all: number): string => `${set} of ${all} settings are set on this node; the others have their default.`,
  search: "Find a setting",
  noMatch: "No setting has these words in its name or description.",
  name: "Setting",
  value: "Value",
  source: "Source",
  sources: { default: "Default", environment: "Environment", file: "File", flag: "Flag" },
};
