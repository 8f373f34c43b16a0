def upgrade(op):
    op.execute("CREATE TABLE webhook_deliveries (id serial, event_type text DEFAULT 'email.bounced')")
