import type { Messages } from "../en";

export const settings: Messages["settings"] = {
  answer: (set, all) => `${set} de ${all} ajustes se fijaron en este nodo; los demás tienen su valor predeterminado.`,
  name: "Ajuste",
  value: "Valor",
  source: "Origen",
  sources: { default: "Predeterminado", environment: "Entorno", file: "Archivo", flag: "Opción" },
};
