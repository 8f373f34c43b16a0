"""Products for sale."""

from shop.database import connect
from shop.webhooks.events import get_event_bus
from shop.webhooks.models import WebhookEvent


class ProductService:
    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id

    def create_product(self, title: str, price: str) -> dict:
        with connect() as db:
            product = db.execute(
                "INSERT INTO products (tenant_id, title, price) VALUES (%s, %s, %s) RETURNING *",
                (self.tenant_id, title, price),
            ).fetchone()
        return product

    def update_product(self, product_id: str, price: str) -> None:
        with connect() as db:
            db.execute("UPDATE products SET price = %s WHERE id = %s", (price, product_id))
        get_event_bus().publish(
            WebhookEvent.PRODUCT_UPDATED,
            {"product_id": product_id, "price": price},
            tenant_id=self.tenant_id,
        )

    def take_from_stock(self, product_id: str, count: int) -> None:
        with connect() as db:
            product = db.execute(
                "UPDATE products SET stock = stock - %s WHERE id = %s RETURNING stock",
                (count, product_id),
            ).fetchone()
        if product["stock"] <= 0:
            get_event_bus().publish(
                WebhookEvent.PRODUCT_OUT_OF_STOCK,
                {"product_id": product_id},
                tenant_id=self.tenant_id,
            )
