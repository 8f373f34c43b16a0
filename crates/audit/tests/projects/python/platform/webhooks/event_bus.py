"""The webhook bus: every published event becomes one delivery per subscribed endpoint.

Usage::

    await get_event_bus().publish(
        event_type=WebhookEvent.PRODUCT_UPDATED.value,
        event_data={"product_id": product.id},
        tenant_id=tenant_id,
        db=db,
    )
"""
import logging

from webhooks.models import WebhookDelivery, WebhookEndpoint

logger = logging.getLogger(__name__)


class EventBus:
    def __init__(self, endpoints: list[WebhookEndpoint] | None = None):
        self._endpoints = endpoints or []
        self._pending: list[WebhookDelivery] = []

    async def publish(self, event_type, event_data, tenant_id=None, db=None):
        logger.info("event", extra={"event_type": event_type})
        for endpoint in self._endpoints:
            if event_type in endpoint.events:
                self._pending.append(WebhookDelivery(endpoint, event_type))


_event_bus = None


def get_event_bus() -> EventBus:
    global _event_bus
    if _event_bus is None:
        _event_bus = EventBus()
    return _event_bus
