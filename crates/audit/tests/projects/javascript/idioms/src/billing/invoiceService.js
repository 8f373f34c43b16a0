'use strict';

const { getEventBus } = require('../webhooks/bus');
const { WebhookEvent } = require('../webhooks/events');
const { INVOICE_PAID } = require('./constants');

class InvoiceService {
  constructor({ gateway }) {
    this.gateway = gateway;
    this.bus = getEventBus();
  }

  create(invoice, tenantId) {
    this.bus.publish(WebhookEvent.INVOICE_CREATED, { id: invoice.id }, tenantId);
    return invoice;
  }

  async finalize(invoice, tenantId) {
    await this.bus.dispatch({
      type: WebhookEvent.INVOICE_FINALIZED,
      data: { id: invoice.id },
      tenantId,
    });
  }

  markPaid(invoice, tenantId) {
    this.bus?.publish(INVOICE_PAID, { id: invoice.id }, tenantId);
  }

  voidInvoice = (invoice, tenantId) => {
    invoice.status = 'void';
    this.bus.publish(`${WebhookEvent.INVOICE_VOIDED}`, { id: invoice.id }, tenantId);
  };

  async collect(invoice, tenantId) {
    let type;
    switch (await this.gateway.charge(invoice.id)) {
      case 'ok':
        type = WebhookEvent.PAYMENT_SUCCEEDED;
        break;
      case 'retry':
        type = WebhookEvent.PAYMENT_FAILED;
        break;
      default:
        type = WebhookEvent.INVOICE_PAYMENT_FAILED;
    }
    this.bus.publish(type, { id: invoice.id }, tenantId);
  }

  refund(paymentId, tenantId) {
    const eventType = 'payment.refunded';
    this.bus.publish(eventType, { paymentId }, tenantId);
  }
}

module.exports = InvoiceService;
