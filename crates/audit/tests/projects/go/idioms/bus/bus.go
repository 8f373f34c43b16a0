package bus

import (
	"context"
	"sync"

	"example.com/shop/events"
)

// Publisher is what the services depend on.
type Publisher interface {
	Publish(ctx context.Context, event events.Event) error
	PublishType(ctx context.Context, eventType string, data map[string]any, tenant string) error
}

// EventBus keeps the messages in memory.
type EventBus struct {
	mu      sync.Mutex
	pending []events.Event
}

// Default is the bus of the process.
var Default = &EventBus{}

// Publish takes the message.
func (b *EventBus) Publish(ctx context.Context, event events.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = append(b.pending, event)
	return ctx.Err()
}

// PublishType takes a bare type.
func (b *EventBus) PublishType(ctx context.Context, eventType string, data map[string]any, tenant string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = append(b.pending, events.Event{Type: events.WebhookEvent(eventType), Data: data, Tenant: tenant})
	return ctx.Err()
}
