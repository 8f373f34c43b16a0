import { EventBus, WebhookEvent } from '../core/events';
export class OutboxBus implements EventBus {
  constructor(private db: any) {}
  async publish(e: WebhookEvent, d?: unknown) {
    await this.db.query('INSERT INTO webhook_outbox (type, body) VALUES ($1, $2)', [e, d]);
  }
}
