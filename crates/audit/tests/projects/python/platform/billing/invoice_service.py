from billing.events import emit_dunning_started, emit_invoice_payment_failed
from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class InvoiceService:
    def __init__(self, db):
        self.db = db

    async def create_invoice(self, data, tenant_id):
        invoice = await self.db.add("invoices", data, tenant_id)
        await get_event_bus().publish(
            event_type=WebhookEvent.INVOICE_CREATED.value,
            event_data={"invoice_id": invoice.id, "amount": invoice.amount},
            tenant_id=tenant_id,
            db=self.db,
        )
        return invoice

    async def finalize_invoice(self, invoice, tenant_id):
        invoice.status = "open"
        await get_event_bus().publish(
            event_type=WebhookEvent.INVOICE_FINALIZED.value,
            event_data={"invoice_id": invoice.id},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def mark_paid(self, invoice, tenant_id):
        invoice.status = "paid"
        await get_event_bus().publish(
            event_type=WebhookEvent.INVOICE_PAID.value,
            event_data={"invoice_id": invoice.id, "next": "credit_note.created"},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def void_invoice(self, invoice, tenant_id):
        invoice.status = "void"
        await get_event_bus().publish(
            event_type=WebhookEvent.INVOICE_VOIDED.value,
            event_data={"invoice_id": invoice.id},
            tenant_id=tenant_id,
            db=self.db,
        )

    async def start_dunning(self, invoice, tenant_id):
        # TODO: emit_invoice_payment_failed(invoice, tenant_id, self.db)
        await emit_dunning_started(invoice, tenant_id, self.db)
