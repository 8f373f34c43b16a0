<?php

namespace Acme\Hooks;

enum WebhookEvent: string
{
    case InvoiceCreated = 'invoice.created';
    case InvoicePaid = 'invoice.paid';
    case InvoiceVoided = 'invoice.voided';
    case InvoiceRefunded = 'invoice.refunded';
    case InvoiceExported = 'invoice.exported';
    case AccountClosed = 'account.closed';
    case PartnerJoined = 'partner.joined';
    case PartnerLeft = 'partner.left';
    case TicketCreated = 'ticket.created';
    case TicketClosed = 'ticket.closed';
    case TicketAssigned = 'ticket.assigned';
    case UsageReported = 'usage.reported';
    case UsageReset = 'usage.reset';
    case UsagePurged = 'usage.purged';
}
