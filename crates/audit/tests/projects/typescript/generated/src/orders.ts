import { bus } from "./bus";
import { WebhookEvent } from "./generated/graphql";

export function create(order: Order) {
  bus.publish(WebhookEvent.OrderCreated, order);
}
