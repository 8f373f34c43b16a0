class WebhookBus:
    def publish(self, event_type, payload):
        self.outbox.append((event_type, payload))


bus = WebhookBus()
