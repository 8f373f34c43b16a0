from typing import Protocol
class WebhookEvent:
    A = "x.a"
    B = "x.b"
class EventBus(Protocol):
    def publish(self, event_type: str, data) -> None: ...
class DbBus:
    def publish(self, event_type: str, data) -> None:
        print(1)
def get_bus() -> EventBus:
    return DbBus()
class Svc:
    def __init__(self, bus: EventBus): self.bus = bus
    def a(self, x): self.bus.publish(WebhookEvent.A, x)
def b(x):
    get_bus().publish("x.b", x)
