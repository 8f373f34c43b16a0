-- Deliveries that are sent in order (queue 6): of those of a subscription with one key, the one with the lowest position is
-- sent, and the others wait for its end. A delivery has joined the order when its position is after its due time, or when it
-- was attempted; a delayed one joins when it is due, so that its position is its due time.
ALTER TABLE deliveries ADD COLUMN order_key INTEGER;
ALTER TABLE deliveries ADD COLUMN position INTEGER;

CREATE INDEX deliveries_in_order ON deliveries (tenant_id, subscription_id, order_key, position, id)
    WHERE order_key IS NOT NULL AND next_attempt_at IS NOT NULL;

-- Their due times change with retries, so the queue is no list by id either.
CREATE INDEX deliveries_ordered ON deliveries (tenant_id, subscription_id, id)
    WHERE queue = 6 AND status = 0 AND next_attempt_at IS NOT NULL;
