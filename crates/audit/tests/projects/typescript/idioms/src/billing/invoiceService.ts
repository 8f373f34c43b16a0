import { EventBus, WebhookEvent, type DomainEvent } from '../webhooks';
import { INVOICE_PAID } from './constants';

interface Invoice {
  id: string;
  status: string;
}

export class InvoiceService {
  constructor(private readonly bus: EventBus, private readonly gateway: { charge(id: string): Promise<string> }) {}

  create(invoice: Invoice, tenantId: string): Invoice {
    this.bus.publish(WebhookEvent.InvoiceCreated, { id: invoice.id }, tenantId);
    return invoice;
  }

  async finalize(invoice: Invoice, tenantId: string): Promise<void> {
    await this.bus.dispatch({
      type: WebhookEvent.InvoiceFinalized,
      data: { id: invoice.id },
      tenantId,
    } satisfies DomainEvent);
  }

  markPaid(invoice: Invoice, tenantId: string): void {
    this.bus?.publish(INVOICE_PAID, { id: invoice.id }, tenantId);
  }

  voidInvoice = (invoice: Invoice, tenantId: string): void => {
    invoice.status = 'void';
    this.bus.publish(`${WebhookEvent.InvoiceVoided}`, { id: invoice.id }, tenantId);
  };

  async collect(invoice: Invoice, tenantId: string): Promise<void> {
    let type: WebhookEvent;
    switch (await this.gateway.charge(invoice.id)) {
      case 'ok':
        type = WebhookEvent.PaymentSucceeded;
        break;
      case 'retry':
        type = WebhookEvent.PaymentFailed;
        break;
      default:
        type = WebhookEvent.InvoicePaymentFailed;
    }
    this.bus.publish(type, { id: invoice.id }, tenantId);
  }

  refund(paymentId: string, tenantId: string): void {
    const eventType = 'payment.refunded' as const;
    this.bus.publish(eventType, { paymentId }, tenantId);
  }
}
