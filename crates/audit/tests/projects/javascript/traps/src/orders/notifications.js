import { bus, WebhookEvent as Events } from '../events/index.js';

/** Publishes order.shipped (never order.returned). */
export function emitOrderShipped(order) {
  bus.publish(Events.ORDER_SHIPPED, { id: order.id });
}

export function emitOrderReturned(order) {
  bus.publish(Events.ORDER_RETURNED, { id: order.id });
}

export const emitOrderRefunded = (order) => {
  bus.publish(Events.ORDER_REFUNDED, { id: order.id });
};

export function notifyOwner(order) {
  bus.publish(Events.ORDER_DELIVERED, { id: order.id });
}

export function notifyCancelled(order, depth = 0) {
  if (depth > 0) {
    retryCancelled(order, depth);
  }
  bus.publish(Events.ORDER_CANCELLED, { id: order.id });
}

function retryCancelled(order, depth) {
  notifyCancelled(order, depth - 1);
}
