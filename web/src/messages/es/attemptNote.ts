import type { attemptNote as en } from "../en/attemptNote";

export const attemptNote: typeof en = {
  label: (number) => `Nota sobre el intento ${number}`,
  batch: (others) => `Enviado con ${others} ${others === "1" ? "evento" : "eventos"} más en una petición:`,
  part: "La petición tiene cabeceras para todos; el cuerpo de abajo es la parte de este evento.",
};
