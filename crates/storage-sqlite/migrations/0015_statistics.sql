-- Statistics of deliveries by tenant, hour (UTC, counted from the Unix epoch), subscription and event type. The row of
-- a subscription of 16 zero bytes and an empty type has the totals of the tenant's hour. Hours that are older than the
-- retention of hours are merged into the first hour of their day. `latency` is a sketch of durations: see
-- `model::statistics::Sketch`.
CREATE TABLE statistics (
    tenant_id       TEXT NOT NULL,
    hour            INTEGER NOT NULL,
    subscription_id BLOB NOT NULL,
    event_type      TEXT NOT NULL,
    created         INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    exhausted       INTEGER NOT NULL,
    disabled        INTEGER NOT NULL,
    cancelled       INTEGER NOT NULL,
    attempts        INTEGER NOT NULL,
    failed_attempts INTEGER NOT NULL,
    retries         INTEGER NOT NULL,
    first_at        INTEGER,
    last_at         INTEGER,
    latency         BLOB NOT NULL,
    PRIMARY KEY (tenant_id, hour, subscription_id, event_type)
) WITHOUT ROWID, STRICT;

-- Increments that are committed with what they count, and not yet added to the rows of hours: a row per transaction.
CREATE TABLE statistics_pending (
    number INTEGER PRIMARY KEY,
    counts BLOB NOT NULL
) STRICT;
