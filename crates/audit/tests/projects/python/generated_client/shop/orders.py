from shop.bus import bus
from shop_client.models import WebhookEvent


def create(order):
    bus.publish(WebhookEvent.ORDER_CREATED, order)


def pay(order):
    bus.publish(WebhookEvent.ORDER_PAID.value, order)
