import type { channels as en } from "@/messages/en/channels";

export const channels: typeof en = {
  label: "Canales",
  hint: "project:42",
  wrong: "Solo letras, cifras y -_.:, 100 caracteres como máximo",
  full: "10 canales como máximo",
  remove: (channel) => `Quitar ${channel}`,
};
