package jobs

import (
	"context"

	"example.com/shop/bus"
	"example.com/shop/events"
)

var finished = map[string]events.WebhookEvent{
	"import": events.ImportCompleted,
	"export": events.ExportCompleted,
}

// Runner runs the jobs.
type Runner struct {
	*bus.EventBus
}

// Finish reports success.
func (r *Runner) Finish(ctx context.Context, kind, tenant string) error {
	eventType, ok := finished[kind]
	if !ok {
		eventType = events.EmailBounced
	}
	return r.Publish(ctx, events.Event{Type: eventType, Tenant: tenant})
}

// Abort reports failure.
func (r *Runner) Abort(ctx context.Context, kind, tenant string) error {
	var eventType events.WebhookEvent
	if kind == "import" {
		eventType = events.ImportFailed
	} else {
		eventType = events.ExportFailed
	}
	return r.Publish(ctx, events.Event{Type: eventType, Tenant: tenant})
}

// Drain empties the queue.
func (r *Runner) Drain(ctx context.Context, tenant string) {
	for _, eventType := range []events.WebhookEvent{events.TicketCreated, events.TicketClosed} {
		_ = r.Publish(ctx, events.Event{Type: eventType, Tenant: tenant})
	}
}
