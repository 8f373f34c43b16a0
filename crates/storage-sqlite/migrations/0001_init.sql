-- Tenants, keys, subscriptions, events, deliveries, attempts.
--
-- Every key leads with the tenant. Times are microseconds since the Unix epoch. An event's id is kept as the first 14
-- bytes of its UUID (the last two are always zero), a delivery's as all 16: so `substr(id, 1, 14)` of a delivery is its
-- event, and neither table needs an index to find the other.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    name       TEXT,
    metadata   TEXT NOT NULL,
    deleting   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE api_keys (
    tenant_id  TEXT NOT NULL,
    id         BLOB NOT NULL,
    name       TEXT NOT NULL,
    hint       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    scopes     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE subscriptions (
    tenant_id     TEXT NOT NULL,
    id            BLOB NOT NULL,
    url           TEXT NOT NULL,
    description   TEXT,
    events        TEXT NOT NULL,
    headers       BLOB NOT NULL, -- sealed
    state         INTEGER NOT NULL,
    profile       INTEGER NOT NULL,
    retry_enabled INTEGER NOT NULL,
    max_retries   INTEGER NOT NULL,
    timeout_ms    INTEGER NOT NULL,
    secrets       BLOB NOT NULL, -- sealed
    metadata      TEXT NOT NULL,
    unique_event  TEXT, -- its event, when that and the URL are to be unique among active ones
    revision      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX subscriptions_unique ON subscriptions (tenant_id, unique_event, url)
    WHERE unique_event IS NOT NULL AND state = 0;

-- Apart from the subscription, since it changes with every delivery.
CREATE TABLE subscription_stats (
    tenant_id         TEXT NOT NULL,
    subscription_id   BLOB NOT NULL,
    success_count     INTEGER NOT NULL,
    failure_count     INTEGER NOT NULL,
    last_triggered_at INTEGER,
    last_success_at   INTEGER,
    last_failure_at   INTEGER,
    PRIMARY KEY (tenant_id, subscription_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE custom_types (
    event_type  TEXT PRIMARY KEY,
    category    TEXT NOT NULL,
    description TEXT NOT NULL,
    schema      TEXT,
    example     TEXT,
    retired     INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE events (
    tenant_id  TEXT NOT NULL,
    id         BLOB NOT NULL,
    given_id   TEXT,
    event_type TEXT NOT NULL,
    timestamp  INTEGER NOT NULL,
    data       BLOB NOT NULL,
    metadata   BLOB NOT NULL,
    priority   INTEGER NOT NULL,
    deliveries INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

CREATE INDEX events_by_type ON events (tenant_id, event_type, id);

-- Names under which an event is published once: ids given by publishers, and idempotency keys.
CREATE TABLE event_keys (
    tenant_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    event_id  BLOB NOT NULL,
    PRIMARY KEY (tenant_id, name)
) WITHOUT ROWID, STRICT;

CREATE TABLE deliveries (
    tenant_id        TEXT NOT NULL,
    id               BLOB NOT NULL,
    subscription_id  BLOB NOT NULL,
    status           INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    earlier_attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at  INTEGER,
    updated_at       INTEGER NOT NULL,
    response_code    INTEGER,
    error            TEXT,
    duration_us      INTEGER,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

CREATE INDEX deliveries_by_subscription ON deliveries (tenant_id, subscription_id, id);

-- What waits, in the order in which it is due. A delivery leaves it when it ends.
CREATE INDEX deliveries_due ON deliveries (tenant_id, subscription_id, next_attempt_at)
    WHERE next_attempt_at IS NOT NULL;

-- What did not simply go well (neither pending, 0, nor delivered, 2): the rows that people look for.
CREATE INDEX deliveries_troubled ON deliveries (tenant_id, status, id)
    WHERE status <> 0 AND status <> 2;

CREATE TABLE attempts (
    tenant_id        TEXT NOT NULL,
    delivery_id      BLOB NOT NULL,
    number           INTEGER NOT NULL,
    started_at       INTEGER NOT NULL,
    duration_us      INTEGER NOT NULL,
    response_code    INTEGER,
    error            TEXT,
    request_headers  TEXT NOT NULL,
    response_headers TEXT NOT NULL,
    response_body    BLOB NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id, number)
) WITHOUT ROWID, STRICT;
