package webhooks

import "context"

// Envelope is one message.
type Envelope struct {
	EventType WebhookEvent
	Data      map[string]any
	Metadata  map[string]string
	TenantID  string
}

// Bus delivers to the customers' endpoints.
type Bus struct {
	outbox []Envelope
}

var shared = &Bus{}

// GetBus returns the bus of the process.
func GetBus() *Bus { return shared }

// Publish takes a message.
func (b *Bus) Publish(ctx context.Context, e Envelope) error {
	b.outbox = append(b.outbox, e)
	return ctx.Err()
}
