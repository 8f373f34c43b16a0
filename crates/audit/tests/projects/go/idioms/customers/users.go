package customers

import (
	"context"

	"example.com/shop/bus"
	"example.com/shop/events"
)

// Register adds a user.
func Register(ctx context.Context, id, tenant string) error {
	eventType := events.UserLogin
	if id == "" {
		eventType = events.UserRegistered
	}
	return bus.Default.Publish(ctx, events.Event{Type: eventType, Tenant: tenant})
}
