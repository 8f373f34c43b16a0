class WebhookEventType:
    ANY = "any_events"
    ORDER_CREATED = "order_created"
    ORDER_PAID = "order_paid"
    ORDER_CANCELLED = "order_cancelled"
    STOCK_LOW = "stock_low"


class OrderStatus:
    CREATED = "created"
    PAID = "paid"
