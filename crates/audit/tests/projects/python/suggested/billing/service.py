from bus import BUS
from events import WebhookEvent


class InvoiceService:
    def __init__(self, session):
        self.session = session

    def pay_invoice(self, invoice):
        invoice.status = "paid"
        self.session.commit()
        BUS.publish(
            WebhookEvent.INVOICE_PAID,
            {
                "invoice_id": invoice.id,
                "amount": invoice.amount,
            },
            tenant_id=invoice.tenant_id,
        )
