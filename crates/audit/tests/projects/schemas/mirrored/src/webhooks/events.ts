export enum WebhookEvent {
  OrderCreated = "order.created",
  OrderPaid = "order.paid",
  OrderLost = "order.lost",
}
