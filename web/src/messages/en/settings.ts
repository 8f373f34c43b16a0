export const settings = {
  answer: (set: number, all: number): string => `${set} of ${all} settings are set on this node; the others have their default.`,
  name: "Setting",
  value: "Value",
  source: "Source",
  sources: { default: "Default", environment: "Environment", file: "File", flag: "Flag" },
};
