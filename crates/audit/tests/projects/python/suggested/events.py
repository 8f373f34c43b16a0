from enum import Enum


class WebhookEvent(str, Enum):
    INVOICE_PAID = "invoice.paid"
    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_CLOSED = "ticket.closed"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    DEPOSIT_RECEIVED = "deposit.received"
    IMPORT_FAILED = "import.failed"
    REFUND_CREATED = "refund.created"
    STORAGE_QUOTA_EXCEEDED = "storage.quota_exceeded"
