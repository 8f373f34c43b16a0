import { bus, WebhookEvent } from '../src/events';

test('depleted', () => {
  bus.publish(WebhookEvent.STOCK_DEPLETED, {});
});
