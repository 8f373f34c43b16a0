import { bus, WebhookEvent } from '../events/index.js';
import { emitOrderReturned } from './notifications.js';

test('returns', () => {
  emitOrderReturned({ id: 'o1' });
  bus.publish(WebhookEvent.STOCK_LOW, {});
});
