import { EventBus, WebhookEvent } from './events';
export class Svc {
  constructor(private bus: EventBus) {}
  async run() { await this.bus.publish(WebhookEvent.A); }
}
