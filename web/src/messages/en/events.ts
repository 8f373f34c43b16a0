const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);

export const events = {
  list: "Events",
  filters: {
    label: "Filter events",
    id: "Event id",
    idHint: "Whole event id",
    oldest: "Oldest first",
    newest: "Newest first",
  },
  answer: {
    accepted: (count: string, one: boolean, range: string | null): string =>
      range === null ? `${count} ${one ? "event" : "events"}` : `${count} ${one ? "event" : "events"} in this time: ${range}`,
    noneYet: "No events yet.",
    none: "No event was accepted in this time.",
    found: "The event with this id",
    notFound: "No event has this id.",
  },
  columns: { type: "Type", id: "Id", tenant: "Tenant", deliveries: "Delivered", created: "Accepted" },
  deliveredOf: (delivered: string, all: string) => `${delivered} of ${all}`,
  empty: {
    text: "Events that your application publishes with POST /api/v1/events are listed here, with their payload and their deliveries.",
  },
  ownIdNeedsTenant: "Over all tenants only a generated id finds its event. Choose a tenant to find a publisher’s own id.",
  detail: {
    label: "Event",
    chooseTenant: "Choose the tenant that owns this event.",
    nobody: "No subscription matched this event when it was accepted.",
    delivered: (delivered: string, all: string, one: boolean): string => {
      if (one) return delivered === all ? "The one receiver accepted it." : "It goes to one receiver, which has not accepted it.";
      return delivered === all ? `All ${all} receivers accepted it.` : `${delivered} of ${all} receivers accepted it.`;
    },
    waiting: (count: string, one: boolean): string => (one ? "1 delivery waits." : `${count} deliveries wait.`),
    failed: (count: string, one: boolean): string => (one ? "1 delivery failed." : `${count} deliveries failed.`),
    delayed: "It is delayed, and nothing is sent for another",
    payload: "Payload",
    metadata: "Metadata",
    receivers: "Receivers",
    erased: "The payload was erased. The event and its deliveries are kept without it.",
  },
  receivers: {
    got: "Got a delivery",
    missed: "Got none",
    noneMissed: "Every subscription of the tenant has a delivery of this event.",
    more: (count: number) => `Show ${count} more`,
    capped: "The tenant has more subscriptions than are compared here.",
    partial: (shown: string, all: string) => `The newest ${shown} of ${all} deliveries.`,
    deleted: "Deleted or unknown subscription",
    known: "No record is kept of why a subscription got no delivery. Where it was changed since, the reason is what holds now.",
    send: "Send it here",
    why: {
      createdLater: "Created after the event was accepted",
      notSubscribed: "Does not receive this type",
      notSubscribedNow: "Does not receive this type now; it was changed since the event",
      otherChannels: "Has other channels",
      otherChannelsNow: "Has other channels now; it was changed since the event",
      filteredOut: "Its filter leaves it out",
      filteredOutNow: "Its filter leaves it out now; it was changed since the event",
      filterErased: "Has a filter; the payload that it looked at was erased",
      dropped: "Was paused, and drops events meanwhile",
      droppedNow: "Paused now, and drops events; it was changed since the event",
      disabled: "Was disabled",
      disabledNow: "Disabled now; it was disabled after the event was accepted",
      wouldNow: "Would get it now; it was paused, disabled, or had another choice of events then",
      unknown: "Not known",
    },
  },
  facts: {
    id: "Id",
    tenant: "Tenant",
    occurred: "Occurred",
    accepted: "Accepted",
    deliverAt: "Not sent before",
    channels: "Channels",
    priority: "Priority",
    trace: "Trace",
    key: "Duplicates",
    own: "The publisher chose the id. Publishing with this id again is a duplicate and delivers nothing.",
    duplicates: "Publishing with this id again is a duplicate and delivers nothing. So is a repeated idempotency key; the event does not show whether it had one.",
  },
  republish: {
    action: "Publish event again",
    confirm: (count: string) => `Publish to ${count} ${count === "1" ? "subscription" : "subscriptions"}`,
    counting: "Counting the subscriptions that match now…",
    text: (count: string) =>
      `A new event with the same type, data and metadata is accepted, and ${count} ${count === "1" ? "subscription that matches now gets" : "subscriptions that match now get"} it. Receivers see a new event id, so they do not discard it as a duplicate.`,
    nobody: "No subscription matches now. The new event would be stored and delivered to nobody.",
    refused: "The catalog does not accept this event now:",
    done: (count: number) => `Published again with ${count} ${plural(count, "delivery", "deliveries")}.`,
  },
  send: {
    title: "Send event to one subscription",
    action: (count: number) => (count === 1 ? "Send event" : `Send ${count} events`),
    counting: "Counting what would be sent…",
    one: "The event is queued for this subscription as a replay, with its own event id. It goes after fresh deliveries and within the receiver’s limits.",
    many: (count: string) =>
      `${count} events of this type were accepted in the same millisecond, and this subscription has none of them. All of them are sent to it.`,
    none: "Nothing would be sent: the subscription has a delivery of this event, or its payload was erased.",
    done: "The event was queued for the subscription.",
  },
  cancel: {
    action: "Cancel delayed event",
    text: (count: number) => `The deliveries of this event that still wait (${count} at most) will not be sent.`,
    done: (count: number, sent: number) => `${count} ${plural(count, "delivery", "deliveries")} cancelled, ${sent} had ended before.`,
  },
  erase: {
    action: "Erase payload",
    text: (count: number) =>
      `The data and metadata are removed for good, also from the requests and responses of its ${count} ${plural(count, "delivery", "deliveries")}. Deliveries that still wait are cancelled. The event cannot be sent again.`,
    done: (count: number) => `Payload erased, ${count} waiting ${plural(count, "delivery", "deliveries")} cancelled.`,
  },
};
