from shop.events import WebhookEvent


class WebhookBus:
    def publish(self, event_type: WebhookEvent, payload):
        self.outbox.append((event_type, payload))


bus = WebhookBus()
