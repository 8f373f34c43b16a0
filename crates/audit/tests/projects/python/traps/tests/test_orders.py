from events import WebhookEvent, get_event_bus
from orders.notifications import emit_order_returned


def test_returned(order):
    emit_order_returned(order)
    get_event_bus().publish(event_type=WebhookEvent.STOCK_LOW, event_data={})


def helper_for_tests():
    get_event_bus().publish(event_type="stock.depleted", event_data={})
