from events import WebhookEvent as Events
from events import get_event_bus


def emit_order_shipped(order):
    """Publishes order.shipped (never order.returned)."""
    get_event_bus().publish(event_type=Events.ORDER_SHIPPED, event_data={"id": order.id})


def emit_order_returned(order):
    get_event_bus().publish(event_type=Events.ORDER_RETURNED, event_data={"id": order.id})


def emit_order_refunded(order):
    get_event_bus().publish(event_type=Events.ORDER_REFUNDED, event_data={"id": order.id})


def notify_owner(order):
    get_event_bus().publish(event_type=Events.ORDER_DELIVERED, event_data={"id": order.id})


def notify_cancelled(order, depth=0):
    if depth:
        _retry_cancelled(order, depth)
    get_event_bus().publish(event_type=Events.ORDER_CANCELLED, event_data={"id": order.id})


def _retry_cancelled(order, depth):
    notify_cancelled(order, depth - 1)
