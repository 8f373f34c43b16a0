namespace Acme.Hooks;

public static class WebhookEvents
{
    public const string InvoiceCreated = "invoice.created";
    public const string InvoicePaid = "invoice.paid";
    public const string InvoiceVoided = "invoice.voided";
    public const string InvoiceRefunded = "invoice.refunded";
    public const string InvoiceExported = "invoice.exported";
    public const string AccountClosed = "account.closed";
    public const string TicketCreated = "ticket.created";
    public const string TicketClosed = "ticket.closed";
    public const string TicketAssigned = "ticket.assigned";
    public const string UsageReported = "usage.reported";
    public const string UsageReset = "usage.reset";
    public const string UsagePurged = "usage.purged";
}
