export const catalog = {
  chooseTenant: "Choose a tenant",
  chooseTenantText: "The catalog belongs to a tenant. Choose one in the tenant switcher to see its event types.",
  search: "Search event types",
  answer: (types: number, misfits: number): string =>
    misfits === 0 ? `${types} event types` : `${types} event types, ${misfits} with events that do not fit`,
  register: "Register event type",
  change: "Change event type",
  checked: "Schema",
  unchecked: "No schema",
  empty: {
    title: "The catalog is empty",
    text: "Event types describe what your application publishes. Register one to check its payloads and to offer it to subscribers.",
  },
  detail: {
    label: "Event type",
    subscriptions: "Show its subscriptions",
    events: "Show its events",
    misfits: "Events that do not fit",
    misfit: (times: number): string => (times === 1 ? "Once since the server started" : `${times} times since the server started`),
    schema: "Schema",
    noSchema: "The type has no schema, so payloads are not checked.",
    field: "Field",
    required: "required",
    meaning: "Meaning",
    example: "Example",
  },
  form: {
    name: "Name",
    category: "Category",
    description: "Description",
    schema: "JSON Schema of the data (optional)",
    example: "Example of the data (optional)",
    noObject: "This is not a JSON object.",
    force: "Change it although receivers may break",
  },
  retire: {
    action: "Retire event type",
    text: (type: string) =>
      `“${type}” is no longer offered to new subscriptions, and events of this type count as unknown. Existing subscriptions and events stay.`,
  },
};
