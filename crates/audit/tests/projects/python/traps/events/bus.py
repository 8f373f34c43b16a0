import logging

logger = logging.getLogger(__name__)


class EventBus:
    """In-process bus.

    Example::

        get_event_bus().publish(event_type=WebhookEvent.DISPUTE_WON, event_data={})
    """

    def __init__(self):
        self._handlers = {}
        self._log = []

    def publish(self, event_type, event_data=None, tenant_id=None):
        self._log.append((event_type, event_data, tenant_id))

    def on(self, event_type, handler):
        self._handlers.setdefault(event_type, []).append(handler)


_BUS = EventBus()


def get_event_bus():
    return _BUS


def subscribe(event_type):
    def register(handler):
        _BUS.on(event_type, handler)
        return handler

    return register
