from webhooks.event_bus import EventBus, get_event_bus
from webhooks.models import WebhookEvent

__all__ = ["EventBus", "WebhookEvent", "get_event_bus"]
