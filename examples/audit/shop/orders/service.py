"""Orders, from the cart to the delivery."""

from shop.database import connect
from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent

STATUS_EVENTS = {
    "paid": WebhookEvent.ORDER_PAID,
    "shipped": WebhookEvent.ORDER_SHIPPED,
}


class OrderService:
    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id

    def create_order(self, customer_id: str, lines: list[dict]) -> dict:
        with connect() as db:
            order = db.execute(
                "INSERT INTO orders (tenant_id, customer_id) VALUES (%s, %s) RETURNING *",
                (self.tenant_id, customer_id),
            ).fetchone()
        self._announce(order, WebhookEvent.ORDER_CREATED, lines=len(lines))
        return order

    def move_order(self, order_id: str, status: str) -> dict:
        with connect() as db:
            order = db.execute(
                "UPDATE orders SET status = %s WHERE id = %s AND tenant_id = %s RETURNING *",
                (status, order_id, self.tenant_id),
            ).fetchone()
        self._announce(order, STATUS_EVENTS[status])
        return order

    def cancel_order(self, order_id: str, reason: str) -> dict:
        with connect() as db:
            return db.execute(
                "UPDATE orders SET status = 'cancelled', reason = %s "
                "WHERE id = %s AND tenant_id = %s RETURNING *",
                (reason, order_id, self.tenant_id),
            ).fetchone()

    def _announce(self, order: dict, event: WebhookEvent, **more: object) -> None:
        data = {"order_id": order["id"], "status": order["status"], **more}
        get_event_bus().publish(event, data, tenant_id=self.tenant_id)
