-- Deliveries that are sent in order (queue 6): of those of a subscription with one key, the one with the lowest position is
-- sent, by its owner, and the others wait for its end. A delivery has joined the order when its position is after its due
-- time, or when it was attempted; a delayed one joins when it is due, so that its position is its due time.
ALTER TABLE postrider.waiting ADD COLUMN order_key bigint;
ALTER TABLE postrider.waiting ADD COLUMN position bigint;

CREATE INDEX waiting_in_order ON postrider.waiting (tenant_id, subscription_id, order_key, position, id)
    WHERE order_key IS NOT NULL;
