-- Deliveries wait in queues (0 high, 1 normal, 2 low, 3 brought back by hand, 4 retry), so that a lane can take fresh
-- ones past a storm of retries. What is pending waits in 0 to 3 and is due since it was made: so these queues are also
-- the lists of what is pending, newest last, and no further index has to follow every delivery.

ALTER TABLE deliveries ADD COLUMN queue INTEGER NOT NULL DEFAULT 1;

UPDATE deliveries SET queue = CASE WHEN status = 1 THEN 4 ELSE 3 END WHERE next_attempt_at IS NOT NULL AND attempts > 0;

DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (tenant_id, subscription_id, queue, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

-- The rows that people look for, in one subscription.
CREATE INDEX deliveries_troubled_by_subscription ON deliveries (tenant_id, subscription_id, status, id)
    WHERE status <> 0 AND status <> 2;

-- By event, so that retention finds the names of what it removes.
CREATE INDEX event_keys_by_event ON event_keys (tenant_id, event_id);

-- Every so many rows of a list its place is marked, so that a page far down is found without walking there. `list` is
-- x'00' (deliveries), x'01' and a subscription, x'02' (events), x'03' and a type. `row_count` is how many rows the list
-- has after the mark before this one, up to and with this one; NULL when nobody counted them.
CREATE TABLE list_marks (
    tenant_id TEXT NOT NULL,
    list      BLOB NOT NULL,
    id        BLOB NOT NULL,
    row_count INTEGER,
    PRIMARY KEY (tenant_id, list, id)
) WITHOUT ROWID, STRICT;
