import type { settings as en } from "../en/settings";

export const settings: typeof en = {
  answer: (set, all) => `${set} de ${all} ajustes se fijaron en este nodo; los demás tienen su valor predeterminado.`,
  search: "Buscar un ajuste",
  noMatch: "Ningún ajuste tiene estas palabras en su nombre o descripción.",
  name: "Ajuste",
  value: "Valor",
  source: "Origen",
  sources: { default: "Predeterminado", environment: "Entorno", file: "Archivo", flag: "Opción" },
};
