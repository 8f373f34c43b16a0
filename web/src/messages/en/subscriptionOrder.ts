/** `count` is formatted already. */
const deliveries = (count: string) => (count === "1" ? "1 delivery" : `${count} deliveries`);

export const subscriptionOrder = {
  form: {
    title: "Order",
    kind: "Order of deliveries",
    kinds: { none: "None", all: "All deliveries", key: "By key" },
    states: { none: "In no order", all: "One after the other", key: (path: string) => `By ${path}` },
    help: {
      none: "Several deliveries are sent at once, and a retry may arrive after later events.",
      all: "Deliveries are sent one after the other, as their events were published. While one waits for a retry, nothing else is sent.",
      key: "Deliveries with the same value in their events are sent one after the other. While one waits for a retry, nothing with the same value is sent.",
    },
    next: "The next one is sent when a delivery succeeds, runs out of attempts, or is cancelled. Replays, and ended deliveries that are resent, are sent outside the order.",
    later: "A change concerns events that are published after it.",
    path: "Path of the key",
    pathHelp: "A value in data or metadata.",
    without: "Events without a value there are in no order.",
    pathHint: "data.customer_id",
    faults: {
      unfinished: "Enter the path of a value, for example data.customer_id.",
      root: "A path begins with data. or metadata., for example data.customer_id.",
      several: "A path names one value: [*] names several.",
      long: "A path has at most 500 characters and 32 steps.",
      syntax: 'After dots come names, and in brackets [0] or ["name"], for example data.items[0].sku.',
    },
    notBatched: "Not with batching: an ordered delivery is a request of its own. Turn off “Send several events in one request” to choose an order.",
  },
  show: {
    none: "Deliveries are in no order.",
  },
  sends: {
    all: "Sends all deliveries one after the other.",
    key: (path: string) => `Sends deliveries with the same ${path} one after the other.`,
  },
  blocked: {
    title: "Blocked",
    nothing: "Nothing is blocked.",
    answer: "Deliveries are blocked.",
    sentence: (blocking: string, waiting: string) => {
      const [failed, it] = blocking === "1" ? ["1 delivery has failed", "it"] : [`${blocking} deliveries have failed`, "them"];
      return waiting === "0" ? `${failed}. Nothing waits behind ${it} yet.` : `${failed}, and ${waiting} ${waiting === "1" ? "waits" : "wait"} behind ${it}.`;
    },
    first: (count: string) => `These are the first ${count}.`,
    leftover: "The subscription is in no order now: these are from before.",
    columns: { type: "Event type", key: "Key", since: "Since", attempts: "Attempts", next: "Next attempt", waiting: "Behind it", act: "Actions" },
    since: "First failed",
    attempts: (count: string) => (count === "1" ? "1 attempt" : `${count} attempts`),
    next: "next in",
    retry: "Retry now",
    skip: "Skip",
    retryOf: (type: string) => `Retry now: ${type}`,
    skipOf: (type: string) => `Skip: ${type}`,
    more: (type: string) => `Actions on ${type}`,
    skipTitle: "Skip delivery",
    skipText: (type: string, key: string | null) =>
      `This event will not be delivered to this subscription: ${type}${key === null ? "" : `, key ${key}`}.`,
    skipNext: (waiting: string) => (waiting === "0" ? "It can be resent later, outside the order." : `The next of ${deliveries(waiting)} behind it is sent. The skipped one can be resent later, outside the order.`),
  },
};
