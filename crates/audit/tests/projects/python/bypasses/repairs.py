import json

from sqlalchemy import text

from bus import bus
from events import WebhookEvent


def create_customer(customer):
    bus.publish(WebhookEvent.CUSTOMER_CREATED, {"id": customer.id})


def format_payload(event, data):
    return {"event": event, "data": data}


def create_invoice(db, invoice):
    payload = format_payload("invoice.created", {"id": invoice.id})
    db.execute(
        text(
            """
            INSERT INTO webhook_deliveries (tenant, event, payload)
            VALUES (CAST(:tenant AS uuid), :event, :payload::jsonb)
            """
        ),
        {"tenant": invoice.tenant, "event": "invoice.paid", "payload": json.dumps(payload)},
    )


def fail_payments(cursor, payments):
    cursor.execute(
        "INSERT INTO webhook_deliveries (payload, event) VALUES (%s, %s)",
        (json.dumps(format_payload("customer.created", payments)), "payment.failed"),
    )


def copy_subscriptions(db):
    db.execute(
        "INSERT INTO webhook_deliveries (event, url) SELECT 'invoice.paid', s.url "
        "FROM webhook_subscriptions s WHERE s.event = 'invoice.created' OR s.event = 'invoice.paid'"
    )


def replay(db, row):
    db.execute(
        "INSERT INTO webhook_deliveries (event, payload) VALUES (?, ?)",
        (row["kind"], json.dumps(format_payload("customer.created", row))),
    )


def store_row(db, event, payload):
    db.execute(
        "INSERT INTO webhook_deliveries (event, payload) VALUES (:event, :payload)",
        {"event": event, "payload": json.dumps(payload)},
    )


def settle(db, invoice):
    store_row(db, "invoice.paid", format_payload("invoice.created", invoice))
