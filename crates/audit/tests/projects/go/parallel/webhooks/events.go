package webhooks

// WebhookEvent names an event type that customers can subscribe to.
type WebhookEvent string

const (
	InvoiceCreated   WebhookEvent = "invoice.created"
	InvoiceFinalized WebhookEvent = "invoice.finalized"
	InvoicePaid      WebhookEvent = "invoice.paid"
	InvoiceVoided    WebhookEvent = "invoice.voided"
	InvoiceOverdue   WebhookEvent = "invoice.overdue"
	InvoiceDisputed  WebhookEvent = "invoice.disputed"
	QuoteSent        WebhookEvent = "quote.sent"
	QuoteAccepted    WebhookEvent = "quote.accepted"
	QuoteDeclined    WebhookEvent = "quote.declined"
	QuoteExpired     WebhookEvent = "quote.expired"
	TicketCreated    WebhookEvent = "ticket.created"
	TicketClosed     WebhookEvent = "ticket.closed"
	TicketEscalated  WebhookEvent = "ticket.escalated"
	UsageRecorded    WebhookEvent = "usage.recorded"
	UsageCapped      WebhookEvent = "usage.capped"
	RefundCreated    WebhookEvent = "refund.created"
	RefundFailed     WebhookEvent = "refund.failed"
	PlanChanged      WebhookEvent = "plan.changed"
)
