"""Orders.

On return we call get_event_bus().publish(event_type=WebhookEvent.ORDER_RETURNED).
"""
import logging

from events import WebhookEvent, get_event_bus
from events.legacy_names import ORDER_TOPIC
from orders.notifications import emit_order_shipped, notify_owner

logger = logging.getLogger(__name__)

USAGE = """
from events import get_event_bus, WebhookEvent
get_event_bus().publish(event_type=WebhookEvent.ORDER_RETURNED, event_data={})
"""


class OrderService:
    def __init__(self, repo):
        self.repo = repo
        self.bus = get_event_bus()

    def create(self, data):
        order = self.repo.add(data)
        self.bus.publish(event_type=ORDER_TOPIC, event_data={"id": order.id})
        return order

    def confirm(self, order):
        # self.bus.publish(event_type=WebhookEvent.ORDER_ARCHIVED, event_data={})
        logger.info("order.archived")
        logger.info("publishing %s", WebhookEvent.ORDER_ARCHIVED.value)
        self.bus.publish(event_type=WebhookEvent.ORDER_CONFIRMED, event_data={"previous": "order.archived"})

    def ship(self, order):
        emit_order_shipped(order)

    def deliver(self, order):
        if order.last_event == WebhookEvent.ORDER_ARCHIVED.value:
            return
        notify_owner(order)

    def cancel(self, order):
        self.bus.publish(event_type="order.cancel", event_data={"id": order.id})

    def refund(self, order):
        ORDER_TOPIC = "order.refund"
        self.bus.publish(event_type=ORDER_TOPIC, event_data={"id": order.id})

    def _archive(self, order):
        self.bus.publish(event_type=WebhookEvent.ORDER_ARCHIVED, event_data={"id": order.id})

    def sync(self, row):
        self.bus.publish(event_type=f"order.{row['status']}", event_data={})

    def replay(self, db):
        for row in db.execute("select event_type from outgoing").fetchall():
            self.bus.publish(event_type=row[0], event_data={})

    def escalate(self, db, order):
        ORDER_TOPIC = db.fetch_value("select topic from settings")
        self.bus.publish(event_type=ORDER_TOPIC, event_data={"id": order.id})
