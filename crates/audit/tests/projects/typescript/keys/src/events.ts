const HANDLERS = {
  "order.created": { label: "Created" },
  "order.paid": { label: "Paid" },
  "order.lost": { label: "Lost" },
} as const;
export type WebhookEvent = keyof typeof HANDLERS;
