using System.Runtime.Serialization;

namespace Acme.Common;

public enum WebhookEvent
{
    [EnumMember(Value = "invoice.created")]
    InvoiceCreated,
    [EnumMember(Value = "invoice.updated")]
    InvoiceUpdated,
    [EnumMember(Value = "invoice.finalized")]
    InvoiceFinalized,
    [EnumMember(Value = "invoice.paid")]
    InvoicePaid,
    [EnumMember(Value = "invoice.voided")]
    InvoiceVoided,
    [EnumMember(Value = "invoice.overdue")]
    InvoiceOverdue,
    [EnumMember(Value = "invoice.written_off")]
    InvoiceWrittenOff,
    [EnumMember(Value = "invoice.reminder_sent")]
    InvoiceReminderSent,

    [EnumMember(Value = "payment.captured")] PaymentCaptured,
    [EnumMember(Value = "payment.failed")] PaymentFailed,
    [EnumMember(Value = "payment.refunded")] PaymentRefunded,
    [EnumMember(Value = "payment.disputed")] PaymentDisputed,
    [EnumMember(Value = "payment.settled")] PaymentSettled,

    [EnumMember(Value = "customer.created")] CustomerCreated,
    [EnumMember(Value = "customer.updated")] CustomerUpdated,
    [EnumMember(Value = "customer.deleted")] CustomerDeleted,
    [EnumMember(Value = "customer.merged")] CustomerMerged,
    [EnumMember(Value = "customer.tier_changed")] CustomerTierChanged,
    [EnumMember(Value = "customer.email_verified")] CustomerEmailVerified,
    [EnumMember(Value = "customer.imported")] CustomerImported,

    [EnumMember(Value = "order.placed")] OrderPlaced,
    [EnumMember(Value = "order.packed")] OrderPacked,
    [EnumMember(Value = "order.shipped")] OrderShipped,
    [EnumMember(Value = "order.delivered")] OrderDelivered,
    [EnumMember(Value = "order.cancelled")] OrderCancelled,
    [EnumMember(Value = "order.returned")] OrderReturned,
    [EnumMember(Value = "order.on_hold")] OrderOnHold,

    [EnumMember(Value = "system.started")] SystemStarted,
    [EnumMember(Value = "export.completed")] ExportCompleted,
}
