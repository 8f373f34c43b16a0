def upgrade(op):
    op.execute(
        """
        CREATE TABLE webhook_deliveries (
            id bigserial PRIMARY KEY,
            event_type text NOT NULL DEFAULT 'refund.failed'
        )
        """
    )
