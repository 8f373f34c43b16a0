from shop.types import EventType

WEBHOOK_EVENTS = [
    EventType(name="order.created", label="Created"),
    EventType("order.paid", label="Paid"),
    {"key": "order.lost", "label": "Lost"},
]
