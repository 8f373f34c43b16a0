import { bus } from "./bus";
import { WebhookEvent } from "./events";

export function create(order: Order) {
  bus.publish(WebhookEvent.enum.orderCreated, order);
}

export function pay(order: Order) {
  bus.publish("orderPaid", order);
}
