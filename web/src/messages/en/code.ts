export const code = {
  keys: "Tab indents. To leave the editor with the keyboard, press Esc, then Tab.",
};
