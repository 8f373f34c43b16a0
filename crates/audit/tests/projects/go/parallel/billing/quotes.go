package billing

import (
	"context"
	"database/sql"

	wh "example.com/desk/webhooks"
)

// MailQuote mails a quote.
func MailQuote(ctx context.Context, id, workspace string) error {
	return wh.GetBus().Publish(ctx, wh.Envelope{EventType: wh.QuoteSent, Data: map[string]any{"workspace_id": workspace}})
}

// AcceptQuote accepts it.
func AcceptQuote(ctx context.Context, id, org string) error {
	return wh.GetBus().Publish(ctx, wh.Envelope{EventType: wh.QuoteAccepted, Metadata: map[string]string{"org_id": org}})
}

// DeclineQuote declines it.
func DeclineQuote(ctx context.Context, id string) error {
	return wh.GetBus().Publish(ctx, wh.Envelope{
		EventType: wh.QuoteDeclined,
		Data:      map[string]any{"id": id},
		Metadata:  map[string]string{"source": "portal"},
	})
}

// ExpireQuote lets it lapse.
func ExpireQuote(ctx context.Context, db *sql.DB, id string) error {
	_, err := db.ExecContext(ctx, "UPDATE webhook_queue SET event_type = $1 WHERE quote_id = $2", "quote.expired", id)
	return err
}

// Refund pays back.
func Refund(ctx context.Context, db *sql.DB, charge string) error {
	if _, err := db.ExecContext(
		ctx,
		"INSERT INTO webhook_outbox (event_type, body) VALUES ($1, $2)",
		wh.RefundCreated,
		charge,
	); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, "INSERT INTO webhook_endpoints (url, description) VALUES ('https://x.test', 'refund.failed')")
	return err
}
