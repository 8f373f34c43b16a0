import { bus } from "./bus";

export function create(order) {
  bus.publish("orderCreated", order);
}

export function pay(order) {
  bus.publish("orderPaid", order);
}
