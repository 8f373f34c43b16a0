import { bus, WebhookEvent } from '../events';
import { emitOrderReturned } from './notifications';

describe('orders', () => {
  it('returns', () => {
    emitOrderReturned({ id: 'o1' });
    bus.publish(WebhookEvent.STOCK_LOW, {});
  });
});
