-- Replays: jobs that queue deliveries again, or queue events for a subscription that has not received them. A step
-- writes the position (`part` 0: deliveries, 1: events without a delivery; `place`: the last id that is done) in the
-- transaction of the deliveries that it queues. `worker` is the node that makes the steps, until `leased_until`.
CREATE TABLE postrider.replays (
    tenant_id       text COLLATE "C" NOT NULL,
    id              uuid NOT NULL,
    subscription_id uuid NOT NULL,
    statuses        text NOT NULL,
    event_types     text NOT NULL,
    missed          text NOT NULL,
    after_at        bigint,
    before_at       bigint NOT NULL,
    rate            integer,
    state           smallint NOT NULL,
    reason          text,
    found           bigint NOT NULL,
    found_capped    boolean NOT NULL,
    queued          bigint NOT NULL,
    skipped         bigint NOT NULL,
    part            smallint NOT NULL,
    place           uuid,
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    ended_at        bigint,
    worker          integer NOT NULL DEFAULT 0,
    leased_until    timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 50);

-- Running and paused ones (0 and 1).
CREATE INDEX replays_open ON postrider.replays (state, tenant_id, id) WHERE ended_at IS NULL;

ALTER TABLE postrider.replays ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.replays TO postrider_worker USING (true) WITH CHECK (true);
CREATE POLICY api ON postrider.replays TO postrider_api
    USING (tenant_id = current_setting('postrider.tenant', true))
    WITH CHECK (tenant_id = current_setting('postrider.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.replays TO postrider_api, postrider_worker;
