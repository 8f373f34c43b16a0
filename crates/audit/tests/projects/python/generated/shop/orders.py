from shop.bus import bus
from shop.events import WebhookEvent


def create(order):
    bus.publish(WebhookEvent.ORDER_CREATED.value, order)


def pay(order):
    bus.publish("order.paid", order)
