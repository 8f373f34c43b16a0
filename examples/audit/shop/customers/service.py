"""Customers."""

from shop.database import connect
from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent


class CustomerService:
    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.bus = get_event_bus()

    def create_customer(self, name: str, email: str) -> dict:
        with connect() as db:
            customer = db.execute(
                "INSERT INTO customers (tenant_id, name, email) VALUES (%s, %s, %s) RETURNING *",
                (self.tenant_id, name, email),
            ).fetchone()
        self.bus.publish(
            WebhookEvent.CUSTOMER_CREATED,
            {"customer_id": customer["id"], "email": email},
            tenant_id=self.tenant_id,
        )
        return customer

    def update_customer(self, customer_id: str, email: str) -> dict:
        with connect() as db:
            customer = db.execute(
                "UPDATE customers SET email = %s WHERE id = %s AND tenant_id = %s RETURNING *",
                (email, customer_id, self.tenant_id),
            ).fetchone()
        self.bus.publish(
            WebhookEvent.CUSTOMER_UPDATED,
            {"customer_id": customer_id, "changed": ["email"]},
            tenant_id=self.tenant_id,
        )
        return customer

    def delete_customer(self, customer_id: str) -> None:
        with connect() as db:
            db.execute(
                "DELETE FROM customers WHERE id = %s AND tenant_id = %s",
                (customer_id, self.tenant_id),
            )
