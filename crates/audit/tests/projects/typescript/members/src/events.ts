export enum WebhookEvent {
  OrderCreated,
  OrderPaid = 5,
  OrderLost,
}
