import type { subscriptionOrder as english } from "../en/subscriptionOrder";

export const subscriptionOrder: typeof english = {
  form: {
    title: "Orden",
    kind: "Orden de las entregas",
    kinds: { none: "Ninguno", all: "Todas", key: "Por clave" },
    states: { none: "Sin orden", all: "Una tras otra", key: (path) => `Por ${path}` },
    help: {
      none: "Se envían varias entregas a la vez, y un reintento puede llegar después de eventos posteriores.",
      all: "Las entregas se envían una tras otra, como se publicaron sus eventos. Mientras una espera un reintento, no se envía nada más.",
      key: "Las entregas con el mismo valor en sus eventos se envían una tras otra. Mientras una espera un reintento, no se envía nada con el mismo valor.",
    },
    next: "La siguiente se envía cuando una entrega llega, agota sus intentos o se cancela. Los reenvíos, también los de entregas terminadas, se envían fuera del orden.",
    later: "Un cambio afecta a los eventos que se publican después.",
    path: "Ruta de la clave",
    pathHelp: "Un valor en data o metadata.",
    without: "Los eventos sin un valor ahí no tienen orden.",
    pathHint: "data.customer_id",
    faults: {
      unfinished: "Escriba la ruta de un valor, por ejemplo data.customer_id.",
      root: "Una ruta empieza por data. o metadata., por ejemplo data.customer_id.",
      several: "Una ruta nombra un solo valor: [*] nombra varios.",
      long: "Una ruta tiene como máximo 500 caracteres y 32 pasos.",
      syntax: 'Después de un punto va un nombre, y entre corchetes [0] o ["nombre"], por ejemplo data.items[0].sku.',
    },
    notBatched: "No con lotes: una entrega con orden es una petición propia. Desactive «Enviar varios eventos en una petición» para elegir un orden.",
  },
  show: {
    none: "Las entregas no tienen orden.",
  },
  sends: {
    all: "Envía todas las entregas una tras otra.",
    key: (path) => `Envía una tras otra las entregas con el mismo ${path}.`,
  },
  blocked: {
    title: "Bloqueadas",
    nothing: "Nada está bloqueado.",
    answer: "Hay entregas bloqueadas.",
    sentence: (blocking, waiting) => {
      const [failed, it] = blocking === "1" ? ["1 entrega ha fallado", "ella"] : [`${blocking} entregas han fallado`, "ellas"];
      return waiting === "0" ? `${failed}. Nada espera aún detrás de ${it}.` : `${failed}, y ${waiting} ${waiting === "1" ? "espera" : "esperan"} detrás de ${it}.`;
    },
    first: (count) => `Estas son las primeras ${count}.`,
    leftover: "La suscripción ya no tiene orden: estas son de antes.",
    columns: { type: "Tipo de evento", key: "Clave", since: "Desde", attempts: "Intentos", next: "Próximo intento", waiting: "Detrás", act: "Acciones" },
    since: "Primer fallo",
    attempts: (count) => (count === "1" ? "1 intento" : `${count} intentos`),
    next: "próximo en",
    retry: "Reintentar",
    skip: "Omitir",
    retryOf: (type) => `Reintentar: ${type}`,
    skipOf: (type) => `Omitir: ${type}`,
    more: (type) => `Acciones sobre ${type}`,
    skipTitle: "Omitir la entrega",
    skipText: (type, key) => `Este evento no se entregará a esta suscripción: ${type}${key === null ? "" : `, clave ${key}`}.`,
    skipNext: (waiting) =>
      waiting === "0"
        ? "Se puede reenviar más tarde, fuera del orden."
        : `Se envía la siguiente de ${waiting === "1" ? "1 entrega" : `${waiting} entregas`} detrás de ella. La omitida se puede reenviar más tarde, fuera del orden.`,
  },
};
