export const WebhookEvent = {
  OrderCreated: "order.created",
  OrderPaid: "order.paid",
  OrderLost: "order.lost",
} as const;
