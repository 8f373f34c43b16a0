# frozen_string_literal: true

module Billing
  INVOICE_PAID_EVENT = "invoice.paid"

  class InvoiceService
    def initialize(gateway, bus: Webhooks::EventBus.instance)
      @gateway = gateway
      @bus = bus
    end

    def create(invoice, tenant_id)
      @bus.publish(Webhooks::WebhookEvent::INVOICE_CREATED, data: { id: invoice.id }, tenant_id: tenant_id)
      invoice
    end

    def finalize(invoice, tenant_id)
      @bus&.publish(Webhooks::WebhookEvent::INVOICE_FINALIZED, data: { id: invoice.id }, tenant_id: tenant_id)
    end

    def mark_paid(invoice, tenant_id)
      @bus.publish INVOICE_PAID_EVENT, data: { id: invoice.id }, tenant_id: tenant_id
    end

    def void(invoice, tenant_id)
      Webhooks::EventBus
        .instance
        .publish(
          Webhooks::WebhookEvent::INVOICE_VOIDED.to_s,
          data: { id: invoice.id },
          tenant_id: tenant_id
        )
    end

    def collect(invoice, tenant_id)
      event = case @gateway.charge(invoice)
              when :ok then Webhooks::WebhookEvent::PAYMENT_SUCCEEDED
              when :retry then Webhooks::WebhookEvent::PAYMENT_FAILED
              else Webhooks::WebhookEvent::INVOICE_PAYMENT_FAILED
              end
      @bus.publish(event, data: { id: invoice.id }, tenant_id: tenant_id)
    end

    def refund(payment, tenant_id)
      event_type = "payment.refunded"
      @bus.publish(event_type, data: { id: payment.id }, tenant_id: tenant_id)
    end
  end
end
