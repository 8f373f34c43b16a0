export const nodeTable = {
  title: "Nodes",
  name: "Node",
  state: "State",
  role: "Role",
  waiting: "Waiting",
  heartbeat: "Heartbeat",
  started: "Started",
  version: "Version",
  this: "answers this page",
  roles: { all: "API and deliveries", api: "API", worker: "Deliveries" } as Record<string, string>,
};
