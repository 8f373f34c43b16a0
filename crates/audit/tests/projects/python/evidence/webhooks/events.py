from enum import Enum


class WebhookEvent(str, Enum):
    ORDER_CREATED = "order.created"
    ORDER_PAID = "order.paid"
    ORDER_SENT = "order.sent"


class Bus:
    def publish(self, event, data):
        deliver(event, data)


bus = Bus()
