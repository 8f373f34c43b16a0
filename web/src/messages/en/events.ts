export const events = {
  list: "Events",
  filters: {
    label: "Filter events",
    type: "Event type",
    since: "Time",
    anyTime: "Any time",
    ranges: { "1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days" },
  },
  columns: { type: "Type", id: "Id", tenant: "Tenant", deliveries: "Deliveries", created: "Accepted" },
  empty: {
    title: "No events yet",
    text: "Events that your application publishes with POST /api/v1/events are listed here, with their payload and their deliveries.",
  },
  detail: {
    label: "Event",
    chooseTenant: "Choose the tenant that owns this event.",
    answer: (count: number): string =>
      count === 0
        ? "No subscription received this event."
        : count === 1
          ? "One subscription received this event."
          : `${count} subscriptions received this event.`,
    payload: "Payload",
    deliveries: (count: number) => `Deliveries (${count})`,
    erased: "The payload was erased. The event and its deliveries are kept without it.",
    nobody: "No active subscription of the tenant had this type when the event was accepted.",
  },
  facts: {
    id: "Id",
    tenant: "Tenant",
    occurred: "Occurred",
    accepted: "Accepted",
    deliverAt: "Not sent before",
    trace: "Trace",
    key: "Duplicates",
    own: "The id is the publisher’s: publishing it again delivers nothing.",
    generated: "The id is generated: publishing again makes a new event, unless an idempotency key is sent.",
  },
  republish: {
    action: "Publish event again",
    text: "A new event with the same type, data and metadata is accepted and delivered to every subscription that matches now. Receivers see a new event id, so they do not discard it as a duplicate.",
    done: (count: number) => `Published again with ${count} deliveries`,
  },
  cancel: {
    action: "Cancel delayed event",
    text: (count: number) => `The deliveries of this event that still wait (${count} at most) will not be sent.`,
    done: (count: number, sent: number) => `${count} deliveries cancelled, ${sent} had ended before`,
  },
  erase: {
    action: "Erase payload",
    text: (count: number) =>
      `The data and metadata are removed for good, also from the requests and responses of its ${count} deliveries. Deliveries that still wait are cancelled. The event cannot be sent again.`,
    done: (count: number) => `Payload erased, ${count} waiting deliveries cancelled`,
  },
};
