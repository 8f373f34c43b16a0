import type { Messages } from "../en";

export const coverage: Messages["coverage"] = {
  answer: (seen, promised, days) =>
    `${seen} de ${promised} tipos de evento del catálogo se publicaron en los últimos ${days} días`,
  report: "Auditoría del código de",
  noRevision: "una revisión sin nombre",
  noReport: "Aún no se subió ninguna auditoría. Ejecútela sobre su código para ver qué tipos de evento publica:",
  type: "Tipo de evento",
  gap: "Carencia",
  code: "En el código",
  events: "Eventos",
  subscriptions: "Suscripciones",
  gaps: {
    unknown: "No está en el catálogo",
    neverSeen: "Nunca publicado",
    brokeSchema: "Incumplió su esquema",
    nobody: "Sin suscriptores",
    none: "Ninguna",
  },
  states: {
    published: "Publicado",
    parallel_only: "Solo hacia otro sistema",
    dead: "En código que nunca se ejecuta",
    missing: "Falta",
    undefined: "Publicado sin definición",
  },
};
