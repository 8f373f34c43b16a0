"""The remains of the first billing system."""

from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent


def notify_payment_failed(tenant_id: str, payment_id: str, reason: str) -> None:
    data = {"payment_id": payment_id, "reason": reason}
    get_event_bus().publish(WebhookEvent.PAYMENT_FAILED, data, tenant_id=tenant_id)
