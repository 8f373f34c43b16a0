import { WebhookTriggers } from "@prisma/client";
import { bus } from "./bus";

export function create(order: Order) {
  bus.publish(WebhookTriggers.orderCreated, order);
}

export function pay(order: Order) {
  bus.publish("order.paid", order);
}
