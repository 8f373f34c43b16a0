import { WebhookEvent } from "@shop/graphql";
import { bus } from "./bus";

export function create(order: Order) {
  bus.publish(WebhookEvent.OrderCreated, order);
}

export function pay(order: Order) {
  bus.publish("ORDER_PAID", order);
}
