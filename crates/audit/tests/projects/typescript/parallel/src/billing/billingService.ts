import { getEventBus } from '../webhooks/eventBus';
import { WebhookEvent } from '../webhooks/events';

interface Db {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

interface Invoice {
  id: string;
  accountId: string;
}

export class BillingService {
  private readonly bus = getEventBus();

  constructor(private readonly db: Db) {}

  async create(invoice: Invoice, tenantId: string): Promise<void> {
    await this.bus.publish({ eventType: WebhookEvent.InvoiceCreated, data: { id: invoice.id }, tenantId });
  }

  async finalize(invoice: Invoice): Promise<void> {
    await this.bus.publish({ eventType: WebhookEvent.InvoiceFinalized, data: { id: invoice.id } });
  }

  async pay(invoice: Invoice, tenantId: string): Promise<void> {
    await this.bus.publish({
      eventType: WebhookEvent.InvoicePaid,
      data: { id: invoice.id },
      tenantId,
    });
  }

  async dispute(invoice: Invoice): Promise<void> {
    await this.bus.publish({
      eventType: WebhookEvent.InvoiceDisputed,
      data: { id: invoice.id, accountId: invoice.accountId },
    });
  }

  async void(invoice: Invoice): Promise<void> {
    await this.db.query("INSERT INTO webhook_deliveries (event_type, invoice) VALUES ('invoice.voided', $1)", [invoice.id]);
  }

  async overdue(invoice: Invoice): Promise<void> {
    await this.db.query(
      `INSERT INTO webhook_deliveries (event_type, payload, attempts)
       VALUES ($1, $2, 0)`,
      [WebhookEvent.InvoiceOverdue, invoice.id],
    );
  }

  async read(): Promise<unknown> {
    // INSERT INTO webhook_deliveries (event_type) VALUES ('plan.changed')
    await this.db.query("INSERT INTO audit_log (entry) VALUES ('plan.changed')");
    await this.db.query("DELETE FROM webhook_deliveries WHERE event_type = 'plan.changed'");
    return this.db.query("SELECT * FROM webhook_deliveries WHERE event_type = 'plan.changed'");
  }
}
