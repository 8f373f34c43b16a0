package billing

import (
	"context"

	"example.com/shop/bus"
	ev "example.com/shop/events"
)

var transitions = map[string]ev.WebhookEvent{
	"start": ev.SubscriptionCreated,
	"renew": ev.SubscriptionRenewed,
}

// Transition moves a subscription on.
func Transition(ctx context.Context, id, step, tenant string) error {
	return bus.Default.Publish(ctx, ev.Event{Type: transitions[step], Tenant: tenant})
}

// Restart begins again.
func Restart(ctx context.Context, id, tenant string) error {
	return bus.Default.Publish(ctx, ev.Event{Type: transitions["start"], Tenant: tenant})
}

// Cancel ends a subscription.
func Cancel(ctx context.Context, id, tenant string) error {
	message := ev.SubscriptionCancelled
	return bus.Publish(ctx, string(message), nil, tenant)
}

const subscription = "subscription"

// Pause stops the clock.
func Pause(ctx context.Context, id, tenant string) error {
	return bus.Publish(ctx, subscription+".paused", nil, tenant)
}
