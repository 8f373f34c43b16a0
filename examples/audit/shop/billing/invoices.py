"""Invoices."""

from shop.database import connect
from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent


def create_invoice(tenant_id: str, order_id: str, amount: str) -> dict:
    with connect() as db:
        invoice = db.execute(
            "INSERT INTO invoices (tenant_id, order_id, amount) VALUES (%s, %s, %s) RETURNING *",
            (tenant_id, order_id, amount),
        ).fetchone()
    get_event_bus().publish(
        WebhookEvent.INVOICE_CREATED,
        {"invoice_id": invoice["id"], "amount": amount},
        tenant_id=tenant_id,
    )
    return invoice


def settle_invoice(tenant_id: str, invoice_id: str) -> None:
    with connect() as db:
        db.execute("UPDATE invoices SET paid = true WHERE id = %s", (invoice_id,))
    data = {"invoice_id": invoice_id}
    get_event_bus().publish(WebhookEvent.INVOICE_PAID, data, tenant_id=tenant_id)


def void_invoice(tenant_id: str, invoice_id: str) -> None:
    with connect() as db:
        db.execute("UPDATE invoices SET void = true WHERE id = %s", (invoice_id,))
    data = {"invoice_id": invoice_id}
    get_event_bus().publish("invoice.void", data, tenant_id=tenant_id)
