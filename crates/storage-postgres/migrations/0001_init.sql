-- Tenants, keys, subscriptions, events, deliveries, attempts.
--
-- Every key leads with the tenant. Times are microseconds since the Unix epoch. Ids are UUIDv7, so they rise with time:
-- events, deliveries and attempts are partitioned by the day in their ids, and a query that knows an id touches one
-- partition. A delivery's id is its event's with a number in the low 16 bits.
--
-- What has ended is written once and never changed (deliveries, attempts); what waits is in a small table of its own
-- (migration 2). A list of all deliveries is both together.

CREATE TABLE postrider.meta (
    name  text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE postrider.tenants (
    id         text COLLATE "C" PRIMARY KEY,
    name       text,
    metadata   text NOT NULL,
    deleting   boolean NOT NULL DEFAULT false,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

CREATE TABLE postrider.api_keys (
    tenant_id  text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    name       text NOT NULL,
    hint       text NOT NULL,
    hash       bytea NOT NULL,
    scopes     text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash)
);

CREATE TABLE postrider.subscriptions (
    tenant_id     text COLLATE "C" NOT NULL,
    id            uuid NOT NULL,
    url           text NOT NULL,
    description   text,
    events        text NOT NULL,
    headers       bytea NOT NULL, -- sealed
    state         smallint NOT NULL,
    profile       smallint NOT NULL,
    retry_enabled boolean NOT NULL,
    max_retries   smallint NOT NULL,
    timeout_ms    bigint NOT NULL,
    secrets       bytea NOT NULL, -- sealed
    metadata      text NOT NULL,
    unique_event  text COLLATE "C", -- its event, when that and the URL are to be unique among active ones
    revision      bigint NOT NULL,
    created_at    bigint NOT NULL,
    updated_at    bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- By a hash of the URL: an index row cannot hold a long one.
CREATE UNIQUE INDEX subscriptions_unique ON postrider.subscriptions (tenant_id, unique_event, hashtextextended(url, 0))
    WHERE unique_event IS NOT NULL AND state = 0;

-- Apart from the subscription, since it changes with every delivery; and in several rows, so that nodes (and the commits
-- of one node) do not wait for each other. A subscription's statistics are their sum.
CREATE TABLE postrider.subscription_stats (
    tenant_id         text COLLATE "C" NOT NULL,
    subscription_id   uuid NOT NULL,
    shard             smallint NOT NULL,
    success_count     bigint NOT NULL,
    failure_count     bigint NOT NULL,
    last_triggered_at bigint,
    last_success_at   bigint,
    last_failure_at   bigint,
    PRIMARY KEY (tenant_id, subscription_id, shard)
) WITH (fillfactor = 50);

CREATE TABLE postrider.custom_types (
    event_type  text COLLATE "C" PRIMARY KEY,
    category    text NOT NULL,
    description text NOT NULL,
    schema      text,
    example     text,
    retired     boolean NOT NULL
);

CREATE TABLE postrider.events (
    tenant_id  text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    given_id   text COLLATE "C",
    event_type text COLLATE "C" NOT NULL,
    timestamp  bigint NOT NULL,
    data       bytea NOT NULL, -- byte for byte as published
    metadata   bytea NOT NULL,
    priority   smallint NOT NULL,
    deliveries integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX events_by_type ON postrider.events (tenant_id, event_type, id);

-- Names under which an event is published once: ids given by publishers, and idempotency keys. Not partitioned: a name
-- is unique whatever the day.
CREATE TABLE postrider.event_keys (
    tenant_id text COLLATE "C" NOT NULL,
    name      text COLLATE "C" NOT NULL,
    event_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

-- By event, so that retention finds the names of what it removes.
CREATE INDEX event_keys_by_event ON postrider.event_keys (tenant_id, event_id);

-- Deliveries that have ended.
CREATE TABLE postrider.deliveries (
    tenant_id        text COLLATE "C" NOT NULL,
    id               uuid NOT NULL,
    subscription_id  uuid NOT NULL,
    event_type       text COLLATE "C" NOT NULL,
    given_id         text COLLATE "C",
    status           smallint NOT NULL,
    attempts         integer NOT NULL,
    earlier_attempts integer NOT NULL,
    updated_at       bigint NOT NULL,
    response_code    smallint,
    error            text,
    duration_us      bigint,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX deliveries_by_subscription ON postrider.deliveries (tenant_id, subscription_id, id);

-- What did not simply go well (2 is delivered): the rows that people look for.
CREATE INDEX deliveries_troubled ON postrider.deliveries (tenant_id, status, id) WHERE status <> 2;
CREATE INDEX deliveries_troubled_by_subscription ON postrider.deliveries (tenant_id, subscription_id, status, id)
    WHERE status <> 2;

CREATE TABLE postrider.attempts (
    tenant_id        text COLLATE "C" NOT NULL,
    delivery_id      uuid NOT NULL,
    number           integer NOT NULL,
    started_at       bigint NOT NULL,
    duration_us      bigint NOT NULL,
    response_code    smallint,
    error            text,
    request_headers  text NOT NULL,
    response_headers text NOT NULL,
    response_body    bytea NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id, number)
) PARTITION BY RANGE (delivery_id);

-- What has no day of its own: ids of a clock that is far off, and what outlived its day because it still waits.
CREATE TABLE postrider.events_rest PARTITION OF postrider.events DEFAULT;
CREATE TABLE postrider.deliveries_rest PARTITION OF postrider.deliveries DEFAULT;
CREATE TABLE postrider.attempts_rest PARTITION OF postrider.attempts DEFAULT;
