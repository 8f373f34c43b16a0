from shop.webhooks import engine
from shop.webhooks.events import WebhookEvent


def pay(order):
    order.save()
    engine.tell(WebhookEvent.ORDER_PAID, order)


def late(order):
    return engine.is_known(WebhookEvent.ORDER_LATE)


def cook(order):
    kitchen.tell(WebhookEvent.ORDER_LOST, order)
