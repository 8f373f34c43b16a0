from webhooks.events import WebhookEvent, bus


class OrderEvents:
    PAID = "order.paid"
    SENT = "order.sent"


def create_order(order):
    bus.publish(WebhookEvent.ORDER_CREATED, {"id": order.id})


def pay_order(order):
    bus.publish(OrderEvents.PAID, {"id": order.id})


def ship_order(order):
    bus.publish(OrderEvents.SENT, {"id": order.id})
