-- Erasure of payloads: the time at which data and metadata of an event were erased.
ALTER TABLE events ADD COLUMN payload_erased_at INTEGER;

-- Events whose erasure began and has not reached its last step. An erasure that a crash interrupted is finished at the
-- next start.
CREATE TABLE erasures (
    tenant_id TEXT NOT NULL,
    event_id  BLOB NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
) WITHOUT ROWID, STRICT;
