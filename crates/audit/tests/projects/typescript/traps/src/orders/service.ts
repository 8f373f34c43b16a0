import { bus, ORDER_TOPIC, WebhookEvent } from '../events';
import { emitOrderShipped, notifyOwner } from './notifications';
import { logger } from '../ops/logger';

const USAGE = `
  import { bus, WebhookEvent } from '../events';
  bus.publish(WebhookEvent.ORDER_RETURNED, {});
`;

type Order = { id: string; status: string; lastEvent?: string };

export class OrderService {
  create(order: Order): void {
    bus.publish(ORDER_TOPIC, { id: order.id });
  }

  confirm(order: Order): void {
    // bus.publish(WebhookEvent.ORDER_ARCHIVED, {});
    /* bus.publish('order.archived', {}); */
    logger.info('order.archived');
    logger.info(`publishing ${WebhookEvent.ORDER_ARCHIVED}`);
    bus.publish(WebhookEvent.ORDER_CONFIRMED, { previous: 'order.archived' });
  }

  ship(order: Order): void {
    emitOrderShipped(order);
  }

  deliver(order: Order): void {
    if (order.lastEvent === WebhookEvent.ORDER_ARCHIVED) return;
    notifyOwner(order);
  }

  cancel(order: Order): void {
    bus.publish('order.cancel', { id: order.id });
  }

  print(): string {
    return USAGE;
  }

  split(order: Order): void {
    const ORDER_TOPIC = 'shipment.split_off';
    bus.publish(ORDER_TOPIC, { id: order.id });
  }

  sync(order: Order, row: { status: string }): void {
    bus.publish(`order.${row.status}`, { id: order.id });
  }

  async replay(db: { query(sql: string): Promise<Array<{ event_type: string }>> }): Promise<void> {
    for (const row of await db.query('select event_type from outgoing')) {
      bus.publish(row.event_type, {});
    }
  }

  private archive(order: Order): void {
    bus.publish(WebhookEvent.ORDER_ARCHIVED, { id: order.id });
  }
}
