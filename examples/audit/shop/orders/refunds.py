"""Refunds. They insert their webhook delivery with SQL, in the same transaction."""

import json

from shop.database import connect


def refund_order(tenant_id: str, order_id: str, amount: str) -> None:
    with connect() as db:
        db.execute(
            "UPDATE orders SET refunded = refunded + %s WHERE id = %s AND tenant_id = %s",
            (amount, order_id, tenant_id),
        )
        db.execute(
            "INSERT INTO webhook_deliveries (tenant_id, event_type, payload) VALUES (%s, %s, %s)",
            (tenant_id, "order.refunded", json.dumps({"order_id": order_id, "amount": amount})),
        )
