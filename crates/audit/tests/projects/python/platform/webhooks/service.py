"""Convenience layer. Kept for the SDK team."""
from webhooks.event_bus import get_event_bus
from webhooks.models import WebhookEvent


class WebhookService:
    def __init__(self, db):
        self.db = db

    async def trigger_report_generated(self, report, tenant_id):
        await self._trigger(WebhookEvent.REPORT_GENERATED, {"report_id": report.id}, tenant_id)

    async def trigger_security_alert(self, alert, tenant_id):
        await self._trigger(WebhookEvent.SECURITY_ALERT, {"alert_id": alert.id}, tenant_id)

    async def trigger_invoice_created(self, invoice, tenant_id):
        await self._trigger(WebhookEvent.INVOICE_CREATED, {"invoice_id": invoice.id}, tenant_id)

    async def _trigger(self, event, data, tenant_id):
        await get_event_bus().publish(event_type=event.value, event_data=data, tenant_id=tenant_id, db=self.db)
