from enum import Enum


class WebhookEvent(str, Enum):
    INVOICE_CREATED = "invoice.created"
    INVOICE_PAID = "invoice.paid"
    PAYMENT_FAILED = "payment.failed"
    CUSTOMER_CREATED = "customer.created"
