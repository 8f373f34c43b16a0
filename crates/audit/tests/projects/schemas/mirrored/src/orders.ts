import { WebhookEventEnum } from "@shop/graphql-types";
import { bus } from "./webhooks/bus";
import { WebhookEvent } from "./webhooks/events";

export function create(order: Order) {
  bus.publish(WebhookEvent.OrderCreated, order);
}

export function pay(order: Order) {
  bus.publish(WebhookEvent.OrderPaid, order);
}
