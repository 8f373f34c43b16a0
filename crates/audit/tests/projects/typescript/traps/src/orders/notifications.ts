import { bus, WebhookEvent as Events } from '../events';

type Order = { id: string };

/** Publishes order.shipped (never order.returned). */
export function emitOrderShipped(order: Order): void {
  bus.publish(Events.ORDER_SHIPPED, { id: order.id });
}

export function emitOrderReturned(order: Order): void {
  bus.publish(Events.ORDER_RETURNED, { id: order.id });
}

export const emitOrderRefunded = (order: Order): void => {
  bus.publish(Events.ORDER_REFUNDED, { id: order.id });
};

export function notifyOwner(order: Order): void {
  bus.publish(Events.ORDER_DELIVERED, { id: order.id });
}

export function notifyCancelled(order: Order, depth = 0): void {
  if (depth > 0) {
    retryCancelled(order, depth);
  }
  bus.publish(Events.ORDER_CANCELLED, { id: order.id });
}

function retryCancelled(order: Order, depth: number): void {
  notifyCancelled(order, depth - 1);
}
