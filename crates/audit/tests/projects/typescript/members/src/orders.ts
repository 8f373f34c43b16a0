import { bus } from "./bus";
import { WebhookEvent } from "./events";

export function create(order: Order) {
  bus.publish(WebhookEvent.OrderCreated, order);
}

export function pay(order: Order) {
  bus.publish(WebhookEvent[WebhookEvent.OrderPaid], order);
}
