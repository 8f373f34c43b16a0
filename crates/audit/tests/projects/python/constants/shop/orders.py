from shop.event_types import OrderStatus, WebhookEventType
from shop.webhooks import trigger_webhook


def create(order):
    order.status = OrderStatus.CREATED
    trigger_webhook(WebhookEventType.ORDER_CREATED, order)


def pay(order):
    order.status = OrderStatus.PAID
    trigger_webhook(WebhookEventType.ORDER_PAID, order)


def retry(order):
    for attempt in range(3):
        attempt_once(lambda: retry(order))
    trigger_webhook(WebhookEventType.ORDER_CANCELLED, order)


def attempt_once(work):
    work()
