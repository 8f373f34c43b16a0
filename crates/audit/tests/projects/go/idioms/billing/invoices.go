package billing

import (
	"context"

	"example.com/shop/bus"
	"example.com/shop/events"
)

const invoicePaid = "invoice.paid"

// InvoiceService bills customers.
type InvoiceService struct {
	bus     bus.Publisher
	gateway interface {
		Charge(ctx context.Context, id string) (string, error)
	}
}

// Create makes an invoice.
func (s *InvoiceService) Create(ctx context.Context, id, tenant string) error {
	return s.bus.Publish(ctx, events.Event{Type: events.InvoiceCreated, Data: map[string]any{"id": id}, Tenant: tenant})
}

// Finalize closes the draft.
func (s *InvoiceService) Finalize(ctx context.Context, id, tenant string) error {
	if err := s.bus.PublishType(ctx, string(events.InvoiceFinalized), map[string]any{"id": id}, tenant); err != nil {
		return err
	}
	return nil
}

// MarkPaid books the payment.
func (s *InvoiceService) MarkPaid(ctx context.Context, id, tenant string) error {
	return s.bus.PublishType(ctx, invoicePaid, map[string]any{"id": id}, tenant)
}

// Void takes the invoice back.
func (s InvoiceService) Void(ctx context.Context, id, tenant string) error {
	return s.bus.PublishType(ctx, events.InvoiceVoided.String(), map[string]any{"id": id}, tenant)
}

// Collect charges the customer.
func (s *InvoiceService) Collect(ctx context.Context, id, tenant string) error {
	outcome, err := s.gateway.Charge(ctx, id)
	if err != nil {
		return err
	}
	var eventType events.WebhookEvent
	switch outcome {
	case "ok":
		eventType = events.PaymentSucceeded
	case "retry":
		eventType = events.PaymentFailed
	default:
		eventType = events.InvoicePaymentFailed
	}
	return s.bus.Publish(ctx, events.Event{
		Type:   eventType,
		Data:   map[string]any{"id": id},
		Tenant: tenant,
	})
}

// Refund pays back.
func (s *InvoiceService) Refund(ctx context.Context, id, tenant string) error {
	name := "payment.refunded"
	return s.bus.PublishType(ctx, name, map[string]any{"id": id}, tenant)
}
