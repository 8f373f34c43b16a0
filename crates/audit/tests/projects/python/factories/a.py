class WebhookEvent:
    A = "x.a"
    B = "x.b"
    C = "x.c"

class Event:
    def __init__(self, type, data): self.type = type; self.data = data

def make_event(t, data):
    return Event(type=t, data=data)

class Bus:
    def publish(self, event): ...
bus = Bus()

def run(x):
    bus.publish(make_event(WebhookEvent.A, x))

def preview(x):
    return make_event(WebhookEvent.B, x)
