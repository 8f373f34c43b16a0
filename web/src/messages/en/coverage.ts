export const coverage = {
  answer: (seen: number, promised: number, days: number) =>
    `${seen} of ${promised} event types of the catalog were published in the last ${days} days`,
  report: "Code audit of",
  noRevision: "an unnamed revision",
  noReport: "No code audit was uploaded yet. Run it on your source code to see which event types the code publishes:",
  type: "Event type",
  gap: "Gap",
  code: "In the code",
  events: "Events",
  subscriptions: "Subscriptions",
  gaps: {
    unknown: "Not in the catalog",
    neverSeen: "Never published",
    brokeSchema: "Broke its schema",
    nobody: "Nobody subscribed",
    none: "None",
  },
  states: {
    published: "Published",
    parallel_only: "Only into another system",
    dead: "In code that never runs",
    missing: "Missing",
    undefined: "Published without a definition",
  },
};
