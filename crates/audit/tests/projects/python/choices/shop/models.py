from django.db import models


class WebhookEvent(models.TextChoices):
    ORDER_CREATED = "order_created", "Order created"
    ORDER_PAID = "order_paid", _("Order paid")
    ORDER_LOST = "order_lost"
