<?php

declare(strict_types=1);

namespace Acme\Common;

enum WebhookEvent: string
{
    case InvoiceCreated = 'invoice.created';
    case InvoiceUpdated = 'invoice.updated';
    case InvoiceFinalized = 'invoice.finalized';
    case InvoicePaid = 'invoice.paid';
    case InvoiceVoided = 'invoice.voided';
    case InvoiceOverdue = 'invoice.overdue';
    case InvoiceWrittenOff = 'invoice.written_off';
    case InvoiceReminderSent = 'invoice.reminder_sent';

    case PaymentCaptured = 'payment.captured';
    case PaymentFailed = 'payment.failed';
    case PaymentRefunded = 'payment.refunded';
    case PaymentDisputed = 'payment.disputed';
    case PaymentSettled = 'payment.settled';

    case CustomerCreated = 'customer.created';
    case CustomerUpdated = 'customer.updated';
    case CustomerDeleted = 'customer.deleted';
    case CustomerMerged = 'customer.merged';
    case CustomerTierChanged = 'customer.tier_changed';
    case CustomerEmailVerified = 'customer.email_verified';
    case CustomerImported = 'customer.imported';
    case CustomerLoggedIn = 'customer.logged_in';

    case OrderPlaced = 'order.placed';
    case OrderPacked = 'order.packed';
    case OrderShipped = 'order.shipped';
    case OrderDelivered = 'order.delivered';
    case OrderCancelled = 'order.cancelled';
    case OrderReturned = 'order.returned';
    case OrderOnHold = 'order.on_hold';

    case SystemStarted = 'system.started';
    case ExportCompleted = 'export.completed';

    case ParcelSent = 'parcel.sent';
    case ParcelLost = 'parcel.lost';
    case ParcelReturned = 'parcel.returned';

    public const PARCEL_DEFAULT = self::ParcelSent;
    public const PARCEL_LAST = self::ParcelLost;
}
