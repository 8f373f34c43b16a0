-- Deliveries that wait, in queues (0 high, 1 normal, 2 low, 3 brought back by hand, 4 retry), so that a lane can take
-- fresh ones past a storm of retries. A row comes with its event and goes when the delivery ends, so the table is as
-- large as the backlog, and neither it nor an index of it grows with the history. (Pages far down a list are found by
-- walking here; only SQLite keeps marks.)
--
-- `owner` is the node that sends it; 0 is nobody, and whoever can takes it.

CREATE TABLE postrider.waiting (
    tenant_id        text COLLATE "C" NOT NULL,
    id               uuid NOT NULL,
    subscription_id  uuid NOT NULL,
    event_type       text COLLATE "C" NOT NULL,
    given_id         text COLLATE "C",
    owner            integer NOT NULL,
    queue            smallint NOT NULL,
    status           smallint NOT NULL DEFAULT 0,
    attempts         integer NOT NULL DEFAULT 0,
    earlier_attempts integer NOT NULL DEFAULT 0,
    next_attempt_at  bigint NOT NULL,
    updated_at       bigint NOT NULL,
    response_code    smallint,
    error            text,
    duration_us      bigint,
    PRIMARY KEY (tenant_id, id)
) WITH (
    fillfactor = 80,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0.2,
    autovacuum_analyze_scale_factor = 0.2
);

-- What a node has to send, in the order in which it is due.
CREATE INDEX waiting_due ON postrider.waiting (owner, tenant_id, subscription_id, queue, next_attempt_at, id);
