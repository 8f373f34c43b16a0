import type { portal as english } from "../en/portal";

const origin = (name: string | null) => name ?? "la página que le trajo aquí";

export const portal: typeof english = {
  title: "Webhooks",
  back: (name) => (name === null ? "Volver" : `Volver a ${name}`),
  options: "Opciones",
  ended: {
    missing: {
      title: "Este enlace ya no está abierto aquí",
      text: (name) =>
        `Ábralo de nuevo desde ${origin(name)}. Al recargar la página o abrir otra pestaña se pierde el acceso, porque no se guarda en ningún sitio.`,
    },
    expired: {
      title: "Este enlace ha caducado",
      text: (name) => `Los enlaces valen por un tiempo limitado. Abra uno nuevo desde ${origin(name)}.`,
    },
    revoked: {
      title: "Este enlace fue revocado",
      text: (name) => `Ya no da acceso. Abra uno nuevo desde ${origin(name)}.`,
    },
    unknown: {
      title: "Este enlace no es válido",
      text: (name) => `Puede estar incompleto, caducado o revocado. Abra uno nuevo desde ${origin(name)}.`,
    },
    refresh: (name) => (name === null ? "Abrir un enlace nuevo" : `Abrir un enlace nuevo desde ${name}`),
  },
};
