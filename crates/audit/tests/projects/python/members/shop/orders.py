from shop.bus import bus
from shop.events import WebhookEvent


def create(order):
    bus.publish(WebhookEvent.ORDER_CREATED.name, order)


def pay(order):
    bus.publish(WebhookEvent.ORDER_PAID, order)
