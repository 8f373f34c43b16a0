import type { nodeTable as en } from "../en/nodeTable";

export const nodeTable: typeof en = {
  title: "Nodos",
  name: "Nodo",
  state: "Estado",
  role: "Función",
  waiting: "En espera",
  heartbeat: "Latido",
  started: "Inicio",
  version: "Versión",
  this: "responde a esta página",
  roles: { all: "API y entregas", api: "API", worker: "Entregas" },
};
