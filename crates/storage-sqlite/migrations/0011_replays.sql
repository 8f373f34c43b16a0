-- Replays: jobs that queue deliveries again, or queue events for a subscription that has not received them. A step
-- writes the position (`part` 0: deliveries, 1: events without a delivery; `place`: the last id that is done) in the
-- transaction of the deliveries that it queues.
CREATE TABLE replays (
    tenant_id       TEXT NOT NULL,
    id              BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    statuses        TEXT NOT NULL,
    event_types     TEXT NOT NULL,
    missed          TEXT NOT NULL,
    after_at        INTEGER,
    before_at       INTEGER NOT NULL,
    rate            INTEGER,
    state           INTEGER NOT NULL,
    reason          TEXT,
    found           INTEGER NOT NULL,
    found_capped    INTEGER NOT NULL,
    queued          INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    part            INTEGER NOT NULL,
    place           BLOB,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

-- Running and paused ones (0 and 1).
CREATE INDEX replays_open ON replays (state, tenant_id, id) WHERE ended_at IS NULL;
