from events import WebhookEvent, get_event_bus


def test_depleted():
    get_event_bus().publish(event_type=WebhookEvent.STOCK_DEPLETED, event_data={})
