from billing.constants import *
from webhooks import get_event_bus
from webhooks.models import WebhookEvent


class InvoiceService:
    def __init__(self, db, event_bus=None):
        self.db = db
        self.event_bus = event_bus or get_event_bus()

    def create(self, customer, lines, tenant_id):
        invoice = self.db.insert("invoices", customer=customer.id, lines=lines, currency=CURRENCY)
        get_event_bus().publish(
            event_type=WebhookEvent.INVOICE_CREATED.value,
            event_data={"invoice_id": invoice.id},
            tenant_id=tenant_id,
            db=self.db,
        )
        return invoice

    def finalize(self, invoice, tenant_id):
        invoice.status = "final"
        self.event_bus.publish(event_type=WebhookEvent.INVOICE_FINALIZED, event_data={}, tenant_id=tenant_id)

    def mark_paid(self, invoice, tenant_id):
        invoice.status = "paid"
        self.event_bus.publish(INVOICE_PAID_EVENT, {"invoice_id": invoice.id}, tenant_id)

    def void(self, invoice, tenant_id):
        invoice.status = "void"
        (
            get_event_bus()
            .publish(
                event_type=str(WebhookEvent.INVOICE_VOIDED),
                event_data={"invoice_id": invoice.id},
                tenant_id=tenant_id,
            )
        )

    async def collect(self, invoice, gateway, tenant_id):
        charge = await gateway.charge(invoice)
        if charge.ok:
            event = WebhookEvent.PAYMENT_SUCCEEDED
        elif charge.retry:
            event = WebhookEvent.PAYMENT_FAILED
        else:
            event = WebhookEvent.INVOICE_PAYMENT_FAILED
        self.event_bus.publish(event_type=event.value, event_data={"charge": charge.id}, tenant_id=tenant_id)
        return charge

    def refund(self, charge, tenant_id):
        event_type = "payment.refunded"
        self.event_bus.publish(event_type, {"charge": charge.id}, tenant_id=tenant_id)
