import type { Messages } from "../en";

export const events: Messages["events"] = {
  list: "Eventos",
  filters: {
    label: "Filtrar eventos",
    type: "Tipo de evento",
    since: "Periodo",
    anyTime: "Cualquier momento",
    ranges: { "1h": "Última hora", "24h": "Últimas 24 horas", "7d": "Últimos 7 días", "30d": "Últimos 30 días" },
  },
  columns: { type: "Tipo", id: "Id", tenant: "Inquilino", deliveries: "Entregas", created: "Aceptado" },
  empty: {
    title: "Aún no hay eventos",
    text: "Aquí aparecen los eventos que su aplicación publica con POST /api/v1/events, con sus datos y sus entregas.",
  },
  detail: {
    label: "Evento",
    chooseTenant: "Elija el inquilino al que pertenece este evento.",
    answer: (count) =>
      count === 0
        ? "Ninguna suscripción recibió este evento."
        : count === 1
          ? "Una suscripción recibió este evento."
          : `${count} suscripciones recibieron este evento.`,
    payload: "Datos",
    deliveries: (count) => `Entregas (${count})`,
    erased: "Los datos se borraron. El evento y sus entregas se conservan sin ellos.",
    nobody: "Ninguna suscripción activa del inquilino tenía este tipo cuando se aceptó el evento.",
  },
  facts: {
    id: "Id",
    tenant: "Inquilino",
    occurred: "Ocurrido",
    accepted: "Aceptado",
    deliverAt: "No antes de",
    trace: "Traza",
    key: "Duplicados",
    own: "El id es de quien publica: publicarlo de nuevo no entrega nada.",
    generated: "El id es generado: publicar de nuevo crea otro evento, salvo con una clave de idempotencia.",
  },
  republish: {
    action: "Publicar el evento de nuevo",
    text: "Se acepta un evento nuevo con el mismo tipo, datos y metadatos, y se entrega a cada suscripción que coincide ahora. Los receptores ven otro id, así que no lo descartan como duplicado.",
    done: (count) => `Publicado de nuevo con ${count} entregas`,
  },
  cancel: {
    action: "Cancelar el evento aplazado",
    text: (count) => `Las entregas de este evento que aún esperan (${count} como máximo) no se enviarán.`,
    done: (count, sent) => `${count} entregas canceladas, ${sent} habían terminado antes`,
  },
  erase: {
    action: "Borrar los datos",
    text: (count) =>
      `Los datos y metadatos se eliminan para siempre, también de las peticiones y respuestas de sus ${count} entregas. Las entregas que esperan se cancelan. El evento no se puede enviar de nuevo.`,
    done: (count) => `Datos borrados, ${count} entregas en espera canceladas`,
  },
};
