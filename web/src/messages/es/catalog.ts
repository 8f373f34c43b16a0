import type { catalog as en } from "@/messages/en/catalog";

export const catalog: typeof en = {
  chooseTenant: "Elija un inquilino",
  chooseTenantText: "El catálogo pertenece a un inquilino. Elija uno para ver sus tipos de evento.",
  search: "Buscar tipos de evento",
  searchHint: "Buscar un tipo",
  answer: (types, events, broken) =>
    events === 0
      ? `${types} ${types === 1 ? "tipo" : "tipos"} de evento`
      : `${types} ${types === 1 ? "tipo" : "tipos"} de evento; ${events} ${events === 1 ? "evento" : "eventos"} de ${broken} ${broken === 1 ? "tipo" : "tipos"} no ${events === 1 ? "encaja" : "encajan"}`,
  times: (count) => (count === 1 ? "1 no encaja" : `${count} no encajan`),
  unknown: "Publicados, pero fuera del catálogo",
  registerShort: "Registrar",
  register: "Registrar tipo",
  change: "Cambiar tipo de evento",
  checked: "Esquema",
  unchecked: "Sin esquema",
  empty: {
    title: "El catálogo está vacío",
    text: "Los tipos de evento describen lo que publica su aplicación. Registre uno para comprobar sus datos y ofrecerlo a los suscriptores.",
  },
  detail: {
    label: "Tipo de evento",
    subscriptions: "Ver todas",
    subscribers: (count, one) => (one ? "Una suscripción lo recibe" : `${count} suscripciones lo reciben`),
    nobody: "Ninguna suscripción de este inquilino recibe este tipo.",
    test: "Probarlo",
    type: "Tipo",
    noFields: "El esquema no nombra campos.",
    events: "Ver sus eventos",
    misfits: "Eventos que no encajan",
    misfit: (times) => (times === 1 ? "Una vez desde que arrancó el servidor" : `${times} veces desde que arrancó el servidor`),
    schema: "Esquema",
    noSchema: "El tipo no tiene esquema, así que sus datos no se comprueban.",
    field: "Campo",
    required: "obligatorio",
    meaning: "Significado",
    example: "Ejemplo",
  },
  form: {
    name: "Nombre",
    category: "Categoría",
    description: "Descripción",
    schema: "JSON Schema de los datos (opcional)",
    example: "Ejemplo de los datos (opcional)",
    breaks: "Este esquema permite contenidos que el actual excluye. Los receptores se escribieron para el actual:",
    force: "Cambiarlo aunque los receptores puedan fallar",
  },
  retire: {
    action: "Retirar tipo de evento",
    text: (type) =>
      `«${type}» ya no se ofrece a suscripciones nuevas, y los eventos de este tipo cuentan como desconocidos. Las suscripciones y los eventos existentes se conservan.`,
  },
};
