class DomainEvent:
    event_type = None


class InvoicePaid(DomainEvent):
    event_type = "invoice.paid"


class InvoiceVoided(DomainEvent):
    event_type = "invoice.voided"


class RefundIssued(DomainEvent):
    event_type = "refund.issued"
