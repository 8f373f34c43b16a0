// Package events is the catalog of webhook event types.
package events

// WebhookEvent is the name of an event type.
type WebhookEvent string

const (
	InvoiceCreated       WebhookEvent = "invoice.created"
	InvoiceFinalized     WebhookEvent = "invoice.finalized"
	InvoicePaid          WebhookEvent = "invoice.paid"
	InvoiceVoided        WebhookEvent = "invoice.voided"
	InvoicePaymentFailed WebhookEvent = "invoice.payment_failed"

	PaymentSucceeded WebhookEvent = "payment.succeeded"
	PaymentFailed    WebhookEvent = "payment.failed"
	PaymentRefunded  WebhookEvent = "payment.refunded"

	SubscriptionCreated   WebhookEvent = "subscription.created"
	SubscriptionRenewed   WebhookEvent = "subscription.renewed"
	SubscriptionCancelled WebhookEvent = "subscription.cancelled"
	SubscriptionPaused    WebhookEvent = "subscription.paused"

	CustomerCreated WebhookEvent = "customer.created"
	CustomerUpdated WebhookEvent = "customer.updated"
	CustomerDeleted WebhookEvent = "customer.deleted"
	CustomerMerged  WebhookEvent = "customer.merged"
	UserRegistered  WebhookEvent = "user.registered"
	UserLogin       WebhookEvent = "user.login"

	FileUploaded WebhookEvent = "file.uploaded"
	FileDeleted  WebhookEvent = "file.deleted"
	FileScanned  WebhookEvent = "file.scanned"

	ImportCompleted WebhookEvent = "import.completed"
	ImportFailed    WebhookEvent = "import.failed"
	ExportCompleted WebhookEvent = "export.completed"
	ExportFailed    WebhookEvent = "export.failed"

	TicketCreated WebhookEvent = "ticket.created"
	TicketClosed  WebhookEvent = "ticket.closed"
	EmailBounced  WebhookEvent = "email.bounced"
)

func (e WebhookEvent) String() string { return string(e) }

// Event is one message on the bus.
type Event struct {
	Type   WebhookEvent
	Data   map[string]any
	Tenant string
}
