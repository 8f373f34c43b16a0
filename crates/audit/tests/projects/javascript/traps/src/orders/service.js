import { bus, ORDER_TOPIC, WebhookEvent } from '../events/index.js';
import { emitOrderShipped, notifyOwner } from './notifications.js';

const USAGE = `
  bus.publish(WebhookEvent.ORDER_RETURNED, {});
`;

export class OrderService {
  create(order) {
    bus.publish(ORDER_TOPIC, { id: order.id });
  }

  confirm(order) {
    // bus.publish(WebhookEvent.ORDER_ARCHIVED, {});
    /* bus.publish('order.archived', {}); */
    console.log('order.archived', WebhookEvent.ORDER_ARCHIVED);
    console.info(`publishing ${WebhookEvent.ORDER_ARCHIVED}`);
    bus.publish(WebhookEvent.ORDER_CONFIRMED, { previous: 'order.archived' });
  }

  ship(order) {
    emitOrderShipped(order);
  }

  deliver(order) {
    if (order.lastEvent === WebhookEvent.ORDER_ARCHIVED) return;
    notifyOwner(order);
  }

  cancel(order) {
    bus.publish('order.cancel', { id: order.id });
  }

  print() {
    return USAGE + "bus.publish('order.returned', {})";
  }

  split(order) {
    const ORDER_TOPIC = 'shipment.split_off';
    bus.publish(ORDER_TOPIC, { id: order.id });
  }

  sync(order, row) {
    bus.publish(`order.${row.status}`, { id: order.id });
  }

  async replay(db) {
    for (const row of await db.query('select event_type from outgoing')) {
      bus.publish(row.event_type, {});
    }
  }
}

function archive(order) {
  bus.publish(WebhookEvent.ORDER_ARCHIVED, { id: order.id });
}
