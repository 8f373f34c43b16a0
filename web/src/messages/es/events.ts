import type { events as en } from "../en/events";

const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);

export const events: typeof en = {
  list: "Eventos",
  filters: {
    label: "Filtrar eventos",
    id: "Id del evento",
    idHint: "Id completo del evento",
    oldest: "Primero los más antiguos",
    newest: "Primero los más nuevos",
  },
  answer: {
    accepted: (count, one, range) =>
      range === null ? `${count} ${one ? "evento" : "eventos"}` : `${count} ${one ? "evento" : "eventos"} en este tiempo: ${range}`,
    noneYet: "Aún no hay eventos.",
    none: "En este tiempo no se aceptó ningún evento.",
    found: "El evento con este id",
    notFound: "Ningún evento tiene este id.",
  },
  columns: { type: "Tipo", id: "Id", tenant: "Inquilino", deliveries: "Entregado", created: "Aceptado" },
  deliveredOf: (delivered, all) => `${delivered} de ${all}`,
  empty: {
    text: "Aquí aparecen los eventos que su aplicación publica con POST /api/v1/events, con su contenido y sus entregas.",
  },
  ownIdNeedsTenant: "Entre todos los inquilinos solo se encuentra un evento por su id generado. Elija un inquilino para buscar un id propio de quien publica.",
  detail: {
    label: "Evento",
    chooseTenant: "Elija el inquilino al que pertenece este evento.",
    nobody: "Ninguna suscripción coincidía con este evento cuando se aceptó.",
    delivered: (delivered, all, one) => {
      if (one) return delivered === all ? "El único receptor lo aceptó." : "Va a un solo receptor, que aún no lo ha aceptado.";
      return delivered === all ? `Los ${all} receptores lo aceptaron.` : `${delivered} de ${all} receptores lo aceptaron.`;
    },
    waiting: (count, one) => (one ? "1 entrega espera." : `${count} entregas esperan.`),
    failed: (count, one) => (one ? "1 entrega falló." : `${count} entregas fallaron.`),
    delayed: "Está aplazado; no se envía nada durante otros",
    payload: "Contenido",
    metadata: "Metadatos",
    receivers: "Receptores",
    erased: "El contenido se borró. El evento y sus entregas se conservan sin él.",
  },
  receivers: {
    got: "Tienen una entrega",
    missed: "No tienen ninguna",
    noneMissed: "Cada suscripción del inquilino tiene una entrega de este evento.",
    more: (count) => `Mostrar ${count} más`,
    capped: "El inquilino tiene más suscripciones de las que se comparan aquí.",
    partial: (shown, all) => `Las ${shown} entregas más nuevas de ${all}.`,
    deleted: "Suscripción borrada o desconocida",
    known: "No se registra por qué una suscripción no recibió una entrega. Si se cambió después, el motivo es el que vale ahora.",
    send: "Enviarlo aquí",
    why: {
      createdLater: "Se creó después de aceptarse el evento",
      notSubscribed: "No recibe este tipo",
      notSubscribedNow: "Ahora no recibe este tipo; se cambió después del evento",
      otherChannels: "Tiene otros canales",
      otherChannelsNow: "Ahora tiene otros canales; se cambió después del evento",
      filteredOut: "Su filtro lo deja fuera",
      filteredOutNow: "Ahora su filtro lo deja fuera; se cambió después del evento",
      filterErased: "Tiene un filtro; el contenido que miraba se borró",
      dropped: "Estaba en pausa y descarta los eventos mientras tanto",
      droppedNow: "Ahora está en pausa y descarta eventos; se cambió después del evento",
      disabled: "Estaba desactivada",
      disabledNow: "Ahora está desactivada; se desactivó después de aceptarse el evento",
      wouldNow: "Ahora lo recibiría; entonces estaba en pausa, desactivada o elegía otros eventos",
      unknown: "No se sabe",
    },
  },
  facts: {
    id: "Id",
    tenant: "Inquilino",
    occurred: "Ocurrido",
    accepted: "Aceptado",
    deliverAt: "No antes de",
    channels: "Canales",
    priority: "Prioridad",
    trace: "Traza",
    key: "Duplicados",
    own: "Quien publica eligió el id. Publicar otra vez con este id es un duplicado y no entrega nada.",
    duplicates: "Publicar otra vez con este id es un duplicado y no entrega nada. También lo es repetir una clave de idempotencia; el evento no muestra si tenía una.",
  },
  republish: {
    action: "Publicar el evento de nuevo",
    confirm: (count) => `Publicar para ${count} ${count === "1" ? "suscripción" : "suscripciones"}`,
    counting: "Contando las suscripciones que coinciden ahora…",
    text: (count) =>
      `Se acepta un evento nuevo con el mismo tipo, contenido y metadatos, y ${count} ${count === "1" ? "suscripción que coincide ahora lo recibe" : "suscripciones que coinciden ahora lo reciben"}. Los receptores ven otro id, así que no lo descartan como duplicado.`,
    nobody: "Ahora no coincide ninguna suscripción. El evento nuevo se guardaría sin entregarse a nadie.",
    refused: "El catálogo no acepta este evento ahora:",
    done: (count) => `Publicado de nuevo con ${count} ${plural(count, "entrega", "entregas")}.`,
  },
  send: {
    title: "Enviar el evento a una suscripción",
    action: (count) => (count === 1 ? "Enviar el evento" : `Enviar ${count} eventos`),
    counting: "Contando lo que se enviaría…",
    one: "El evento se pone en cola para esta suscripción como reenvío, con su propio id. Va después de las entregas nuevas y dentro de los límites del receptor.",
    many: (count) =>
      `En el mismo milisegundo se aceptaron ${count} eventos de este tipo y esta suscripción no tiene ninguno. Se le envían todos.`,
    none: "No se enviaría nada: la suscripción tiene una entrega de este evento, o su contenido se borró.",
    done: "El evento está en cola para la suscripción.",
  },
  cancel: {
    action: "Cancelar el evento aplazado",
    text: (count) => `Las entregas de este evento que aún esperan (${count} como máximo) no se enviarán.`,
    done: (count, sent) => `${count} ${plural(count, "entrega cancelada", "entregas canceladas")}, ${sent} habían terminado antes.`,
  },
  erase: {
    action: "Borrar el contenido",
    text: (count) =>
      `El contenido y los metadatos se eliminan para siempre, también de las peticiones y respuestas de ${count === 1 ? "su entrega" : `sus ${count} entregas`}. Las entregas que esperan se cancelan. El evento no se puede enviar de nuevo.`,
    done: (count) => `Contenido borrado, ${count} ${plural(count, "entrega en espera cancelada", "entregas en espera canceladas")}.`,
  },
};
