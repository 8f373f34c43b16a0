from enum import Enum


class WebhookEvent(str, Enum):
    INVOICE_CREATED = "invoice.created"
    INVOICE_FINALIZED = "invoice.finalized"
    INVOICE_PAID = "invoice.paid"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_OVERDUE = "invoice.overdue"
    INVOICE_DISPUTED = "invoice.disputed"
    QUOTE_SENT = "quote.sent"
    QUOTE_ACCEPTED = "quote.accepted"
    QUOTE_DECLINED = "quote.declined"
    QUOTE_EXPIRED = "quote.expired"
    TICKET_CREATED = "ticket.created"
    TICKET_CLOSED = "ticket.closed"
    TICKET_ESCALATED = "ticket.escalated"
    USAGE_RECORDED = "usage.recorded"
    USAGE_CAPPED = "usage.capped"
    REFUND_CREATED = "refund.created"
    REFUND_FAILED = "refund.failed"
    PLAN_CHANGED = "plan.changed"
