"""Webhook models: endpoints, deliveries and the catalog of event types."""
from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime


class WebhookEvent(str, enum.Enum):
    """All event types an endpoint can subscribe to."""

    # Invoices
    INVOICE_CREATED = "invoice.created"
    INVOICE_FINALIZED = "invoice.finalized"
    INVOICE_PAID = "invoice.paid"
    INVOICE_VOIDED = "invoice.voided"
    INVOICE_PAYMENT_FAILED = "invoice.payment_failed"

    # Payments
    PAYMENT_SUCCEEDED = "payment.succeeded"
    PAYMENT_FAILED = "payment.failed"
    PAYMENT_REFUNDED = "payment.refunded"

    # Subscriptions
    SUBSCRIPTION_CREATED = "subscription.created"
    SUBSCRIPTION_UPDATED = "subscription.updated"
    SUBSCRIPTION_CANCELLED = "subscription.cancelled"
    SUBSCRIPTION_RENEWED = "subscription.renewed"
    SUBSCRIPTION_TRIAL_ENDING = "subscription.trial_ending"

    # Customers
    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_UPDATED = "customer.updated"
    CUSTOMER_DELETED = "customer.deleted"

    # Users
    USER_REGISTERED = "user.registered"
    USER_UPDATED = "user.updated"
    USER_DELETED = "user.deleted"
    USER_LOGIN = "user.login"

    # Email
    EMAIL_SENT = "email.sent"
    EMAIL_DELIVERED = "email.delivered"
    EMAIL_BOUNCED = "email.bounced"
    EMAIL_FAILED = "email.failed"
    BULK_EMAIL_COMPLETED = "bulk_email.completed"
    BULK_EMAIL_FAILED = "bulk_email.failed"

    # Files
    FILE_UPLOADED = "file.uploaded"
    FILE_DELETED = "file.deleted"
    FILE_SCAN_COMPLETED = "file.scan_completed"
    STORAGE_QUOTA_EXCEEDED = "storage.quota_exceeded"

    # Imports and exports
    IMPORT_COMPLETED = "import.completed"
    IMPORT_FAILED = "import.failed"
    EXPORT_COMPLETED = "export.completed"
    EXPORT_FAILED = "export.failed"

    # Monitoring
    METRIC_THRESHOLD_EXCEEDED = "metric.threshold_exceeded"
    REPORT_GENERATED = "report.generated"

    # Security
    SECURITY_ALERT = "security.alert"
    COMPLIANCE_VIOLATION = "compliance.violation"

    # Tickets
    TICKET_CREATED = "ticket.created"
    TICKET_UPDATED = "ticket.updated"
    TICKET_CLOSED = "ticket.closed"
    TICKET_SLA_BREACH = "ticket.sla_breach"

    # Credit notes
    CREDIT_NOTE_CREATED = "credit_note.created"
    CREDIT_NOTE_ISSUED = "credit_note.issued"
    CREDIT_NOTE_VOIDED = "credit_note.voided"

    # Products
    PRODUCT_CREATED = "product.created"
    PRODUCT_UPDATED = "product.updated"


class DeliveryStatus(str, enum.Enum):
    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass
class WebhookEndpoint:
    url: str
    secret: str
    tenant_id: str
    events: list[str] = field(default_factory=lambda: ["invoice.created", WebhookEvent.PRODUCT_CREATED.value])


@dataclass
class WebhookDelivery:
    endpoint: WebhookEndpoint
    event_type: str
    status: DeliveryStatus = DeliveryStatus.PENDING
    created_at: datetime | None = None
