use serde::{Deserialize, Serialize};
use std::fmt;

/// Everything a customer can subscribe a webhook endpoint to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookEvent {
    #[serde(rename = "invoice.created")]
    InvoiceCreated,
    #[serde(rename = "invoice.updated")]
    InvoiceUpdated,
    #[serde(rename = "invoice.finalized")]
    InvoiceFinalized,
    #[serde(rename = "invoice.paid")]
    InvoicePaid,
    #[serde(rename = "invoice.voided")]
    InvoiceVoided,
    #[serde(rename = "invoice.overdue")]
    InvoiceOverdue,
    #[serde(rename = "invoice.written_off")]
    InvoiceWrittenOff,
    #[serde(rename = "invoice.reminder_sent")]
    InvoiceReminderSent,
    #[serde(rename = "payment.captured")]
    PaymentCaptured,
    #[serde(rename = "payment.failed")]
    PaymentFailed,
    #[serde(rename = "payment.refunded")]
    PaymentRefunded,
    #[serde(rename = "payment.disputed")]
    PaymentDisputed,
    #[serde(rename = "payment.settled")]
    PaymentSettled,
    #[serde(rename = "customer.created")]
    CustomerCreated,
    #[serde(rename = "customer.updated")]
    CustomerUpdated,
    #[serde(rename = "customer.deleted")]
    CustomerDeleted,
    #[serde(rename = "customer.merged")]
    CustomerMerged,
    #[serde(rename = "customer.tier_changed")]
    CustomerTierChanged,
    #[serde(rename = "customer.email_verified")]
    CustomerEmailVerified,
    #[serde(rename = "order.placed")]
    OrderPlaced,
    #[serde(rename = "order.packed")]
    OrderPacked,
    #[serde(rename = "order.shipped")]
    OrderShipped,
    #[serde(rename = "order.delivered")]
    OrderDelivered,
    #[serde(rename = "order.cancelled")]
    OrderCancelled,
    #[serde(rename = "order.returned")]
    OrderReturned,
    #[serde(rename = "order.on_hold")]
    OrderOnHold,
    #[serde(rename = "system.started")]
    SystemStarted,
    #[serde(rename = "export.completed")]
    ExportCompleted,
}

impl WebhookEvent {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::InvoiceCreated => "invoice.created",
            Self::InvoiceUpdated => "invoice.updated",
            Self::InvoiceFinalized => "invoice.finalized",
            Self::InvoicePaid => "invoice.paid",
            Self::InvoiceVoided => "invoice.voided",
            Self::InvoiceOverdue => "invoice.overdue",
            Self::InvoiceWrittenOff => "invoice.written_off",
            Self::InvoiceReminderSent => "invoice.reminder_sent",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentDisputed => "payment.disputed",
            Self::PaymentSettled => "payment.settled",
            Self::CustomerCreated => "customer.created",
            Self::CustomerUpdated => "customer.updated",
            Self::CustomerDeleted => "customer.deleted",
            Self::CustomerMerged => "customer.merged",
            Self::CustomerTierChanged => "customer.tier_changed",
            Self::CustomerEmailVerified => "customer.email_verified",
            Self::OrderPlaced => "order.placed",
            Self::OrderPacked => "order.packed",
            Self::OrderShipped => "order.shipped",
            Self::OrderDelivered => "order.delivered",
            Self::OrderCancelled => "order.cancelled",
            Self::OrderReturned => "order.returned",
            Self::OrderOnHold => "order.on_hold",
            Self::SystemStarted => "system.started",
            Self::ExportCompleted => "export.completed",
        }
    }
}

impl fmt::Display for WebhookEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
