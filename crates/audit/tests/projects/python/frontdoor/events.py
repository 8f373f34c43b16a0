from enum import Enum


class WebhookEvent(str, Enum):
    INVOICE_CREATED = "invoice.created"
    INVOICE_PAID = "invoice.paid"
    INVOICE_VOIDED = "invoice.voided"
    ORDER_PLACED = "order.placed"
    ORDER_PACKED = "order.packed"
    ORDER_SHIPPED = "order.shipped"
    ORDER_RETURNED = "order.returned"
    USER_CREATED = "user.created"
    USER_DELETED = "user.deleted"
    TEAM_CREATED = "team.created"
    PAGE_VIEWED = "page.viewed"
