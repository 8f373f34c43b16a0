export const catalog = {
  chooseTenant: "Choose a tenant",
  chooseTenantText: "The catalog belongs to a tenant. Choose one to see its event types.",
  search: "Search event types",
  searchHint: "Find a type",
  answer: (types: number, events: number, broken: number): string =>
    events === 0
      ? `${types} event types`
      : `${types} event types; ${events} ${events === 1 ? "event" : "events"} of ${broken} ${broken === 1 ? "type" : "types"} ${events === 1 ? "does" : "do"} not fit`,
  times: (count: number): string => (count === 1 ? "1 misfit" : `${count} misfits`),
  unknown: "Published, but not in the catalog",
  registerShort: "Register",
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
    subscriptions: "Show all of them",
    subscribers: (count: string, one: boolean): string => (one ? "One subscription receives it" : `${count} subscriptions receive it`),
    nobody: "No subscription of this tenant receives this type.",
    test: "Test it",
    type: "Type",
    noFields: "The schema names no fields.",
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
    breaks: "This schema allows payloads that the present one excludes. Receivers were written for the present one:",
    force: "Change it although receivers may break",
  },
  retire: {
    action: "Retire event type",
    text: (type: string) =>
      `“${type}” is no longer offered to new subscriptions, and events of this type count as unknown. Existing subscriptions and events stay.`,
  },
};
