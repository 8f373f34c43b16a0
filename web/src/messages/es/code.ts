import type { code as en } from "@/messages/en/code";

export const code: typeof en = {
  keys: "Tab sangra. Para salir del editor con el teclado, pulse Esc y después Tab.",
};
