from enum import Enum


class WebhookEvent(str, Enum):
    ORDER_CREATED = "order.created"
    ORDER_PAID = "order.paid"
    ORDER_SENT = "order.sent"


class Bus:
    def publish(self, event, data, tenant_id=None):
        self.outbox.append((event, data))


bus = Bus()


def create_order(order):
    bus.publish(WebhookEvent.ORDER_CREATED, {"id": order.id})


def pay_order(order):
    bus.publish(WebhookEvent.ORDER_PAID, {"id": order.id})


def ship_order(order, tenant_id):
    bus.publish(WebhookEvent.ORDER_SENT, {"id": order.id}, tenant_id=tenant_id)
