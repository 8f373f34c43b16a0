import { getEventBus } from '../webhooks/eventBus';
import { WebhookEvent as WE } from '../webhooks/events';

interface Quote {
  id: string;
  orgId: string;
}

interface Db {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

export async function mailQuote(quote: Quote, workspaceId: string): Promise<void> {
  await getEventBus().publish({ eventType: WE.QuoteSent, data: { id: quote.id, workspaceId } });
}

export async function acceptQuote(quote: Quote): Promise<void> {
  await getEventBus().publish({ eventType: WE.QuoteAccepted, data: {}, metadata: { orgId: quote.orgId } });
}

export async function declineQuote(quote: Quote): Promise<void> {
  await getEventBus().publish({
    eventType: WE.QuoteDeclined,
    data: { id: quote.id },
    metadata: { source: 'portal' },
  });
}

export async function expireQuote(db: Db, quote: Quote): Promise<void> {
  await db.query('UPDATE webhook_queue SET event_type = $1 WHERE quote_id = $2', ['quote.expired', quote.id]);
}

export async function refund(db: Db, charge: string): Promise<void> {
  await db.query(
    'INSERT INTO webhook_outbox (event_type, body) VALUES ($1, $2)',
    [WE.RefundCreated, charge],
  );
  await db.query("INSERT INTO webhook_endpoints (url, description) VALUES ('https://x.test', 'refund.failed')");
}
