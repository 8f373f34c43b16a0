import { getEventBus } from '../webhooks/eventBus';

declare const db: { query(sql: string): Promise<unknown> };

test('deliveries', async () => {
  await db.query("INSERT INTO webhook_deliveries (event_type) VALUES ('refund.failed')");
  await getEventBus().publish({ eventType: 'usage.capped', data: {} });
});
