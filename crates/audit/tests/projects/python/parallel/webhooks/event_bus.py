class WebhookBus:
    def __init__(self):
        self._outbox = []

    def publish(self, event_type, event_data, tenant_id=None, metadata=None):
        self._outbox.append((event_type, event_data, tenant_id, metadata))


_bus = WebhookBus()


def get_event_bus():
    return _bus
