package migrations

// Up creates the tables.
const Up = `
CREATE TABLE webhook_deliveries (
	id bigserial PRIMARY KEY,
	event_type text NOT NULL DEFAULT 'refund.failed'
);
`
