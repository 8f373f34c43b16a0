from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class PaymentService:
    def __init__(self, db, gateway):
        self.db = db
        self.gateway = gateway
        self.event_bus = get_event_bus()

    async def charge(self, invoice, tenant_id):
        result = await self.gateway.charge(invoice.amount)
        if result.ok:
            await self.event_bus.publish(
                event_type=WebhookEvent.PAYMENT_SUCCEEDED.value,
                event_data={"invoice_id": invoice.id},
                tenant_id=tenant_id,
                db=self.db,
            )
        else:
            await self.event_bus.publish(
                event_type=WebhookEvent.PAYMENT_FAILED.value,
                event_data={"invoice_id": invoice.id, "reason": result.reason},
                tenant_id=tenant_id,
                db=self.db,
            )
        return result

    async def refund(self, payment, tenant_id):
        await self.gateway.refund(payment.reference)
        await self.event_bus.publish(
            event_type=WebhookEvent.PAYMENT_REFUNDED.value,
            event_data={"payment_id": payment.id},
            tenant_id=tenant_id,
            db=self.db,
        )
