import { bus, WebhookEvent } from '../src/events/index.js';

it('removes', () => bus.publish(WebhookEvent.REVIEW_REMOVED, {}));
