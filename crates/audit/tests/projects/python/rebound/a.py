class WebhookEvent:
    A = "x.a"
    B = "x.b"
class Bus:
    def publish(self, event_type, data=None): ...
bus = Bus()
def webhook(event_type, data):
    if data is None:
        event_type = WebhookEvent.B
    bus.publish(event_type, data)
def run(x):
    webhook(WebhookEvent.A, x)
