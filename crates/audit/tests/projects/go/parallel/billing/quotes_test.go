package billing

import (
	"context"
	"database/sql"
	"testing"

	"example.com/desk/webhooks"
)

var testDB *sql.DB

func TestDeliveries(t *testing.T) {
	ctx := context.Background()
	_, _ = testDB.ExecContext(ctx, "INSERT INTO webhook_deliveries (event_type) VALUES ('refund.failed')")
	_ = webhooks.GetBus().Publish(ctx, webhooks.Envelope{EventType: webhooks.UsageCapped})
}
