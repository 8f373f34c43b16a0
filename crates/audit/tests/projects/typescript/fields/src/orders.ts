import { bus } from "./bus";

export function create(order: Order) {
  bus.publish("order.created", order);
}

export function pay(order: Order) {
  bus.publish("order.paid", order);
}
