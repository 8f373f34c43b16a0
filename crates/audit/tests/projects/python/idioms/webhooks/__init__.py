"""Public surface of the webhooks package."""

from .bus import Event, EventBus, get_event_bus
from .models import WebhookEvent
from .publisher import publish_event, publish_resource_event

__all__ = ["Event", "EventBus", "WebhookEvent", "get_event_bus", "publish_event", "publish_resource_event"]
