class WebhookEvent:
    ORDER_PAID = "order.paid"
    ORDER_LATE = "order.late"
    ORDER_LOST = "order.lost"
