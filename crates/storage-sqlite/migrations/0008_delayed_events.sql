-- Events that are delivered later. Their deliveries wait in a queue of their own (5), in order of their due times. So that
-- queue is no list by id, as the other queues of pending deliveries are, and has an index for that.
ALTER TABLE events ADD COLUMN deliver_at INTEGER;

CREATE INDEX deliveries_delayed ON deliveries (tenant_id, subscription_id, id)
    WHERE queue = 5 AND next_attempt_at IS NOT NULL;
