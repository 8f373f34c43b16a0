package billing

import (
	"context"
	"database/sql"

	"example.com/desk/webhooks"
)

// Service bills.
type Service struct {
	db  *sql.DB
	bus *webhooks.Bus
}

// Create makes an invoice.
func (s *Service) Create(ctx context.Context, id, tenantID string) error {
	return s.bus.Publish(ctx, webhooks.Envelope{EventType: webhooks.InvoiceCreated, Data: map[string]any{"id": id}, TenantID: tenantID})
}

// Finalize closes the draft.
func (s *Service) Finalize(ctx context.Context, id string) error {
	return s.bus.Publish(ctx, webhooks.Envelope{EventType: webhooks.InvoiceFinalized, Data: map[string]any{"id": id}})
}

// Pay books a payment.
func (s *Service) Pay(ctx context.Context, id, tenantID string) error {
	return s.bus.Publish(ctx, webhooks.Envelope{
		EventType: webhooks.InvoicePaid,
		Data:      map[string]any{"id": id},
		TenantID:  tenantID,
	})
}

// Dispute contests.
func (s *Service) Dispute(ctx context.Context, id, account string) error {
	return s.bus.Publish(ctx, webhooks.Envelope{
		EventType: webhooks.InvoiceDisputed,
		Data:      map[string]any{"id": id, "account_id": account},
	})
}

// Void takes it back.
func (s *Service) Void(ctx context.Context, id string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO webhook_deliveries (event_type, invoice) VALUES ('invoice.voided', $1)", id)
	return err
}

// Overdue reminds.
func (s *Service) Overdue(ctx context.Context, id string) error {
	_, err := s.db.ExecContext(ctx,
		`INSERT INTO webhook_deliveries (event_type, payload, attempts)
		 VALUES ($1, $2, 0)`,
		string(webhooks.InvoiceOverdue), id,
	)
	return err
}

// Read looks at the deliveries.
func (s *Service) Read(ctx context.Context) error {
	// INSERT INTO webhook_deliveries (event_type) VALUES ('plan.changed')
	if _, err := s.db.ExecContext(ctx, "INSERT INTO audit_log (entry) VALUES ('plan.changed')"); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "DELETE FROM webhook_deliveries WHERE event_type = 'plan.changed'"); err != nil {
		return err
	}
	_, err := s.db.QueryContext(ctx, "SELECT id FROM webhook_deliveries WHERE event_type = 'plan.changed'")
	return err
}
