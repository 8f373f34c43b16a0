export const channels = {
  label: "Channels",
  hint: "project:42",
  wrong: "Letters, digits and -_.: only, 100 characters at most",
  full: "10 channels at most",
  remove: (channel: string) => `Remove ${channel}`,
};
