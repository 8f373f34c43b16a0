-- Statistics of deliveries by tenant, hour (UTC, counted from the Unix epoch), subscription and event type. The row of
-- the subscription 00000000-0000-0000-0000-000000000000 and an empty type has the totals of the tenant's hour. Hours
-- that are older than the retention of hours are merged into the first hour of their day. `latency` is a sketch of
-- durations: see `model::statistics::Sketch`. Only the holder of an advisory lock writes rows.
CREATE TABLE postrider.statistics (
    tenant_id       text COLLATE "C" NOT NULL,
    hour            integer NOT NULL,
    subscription_id uuid NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    created         bigint NOT NULL,
    delivered       bigint NOT NULL,
    failed          bigint NOT NULL,
    exhausted       bigint NOT NULL,
    disabled        bigint NOT NULL,
    cancelled       bigint NOT NULL,
    attempts        bigint NOT NULL,
    failed_attempts bigint NOT NULL,
    retries         bigint NOT NULL,
    first_at        bigint,
    last_at         bigint,
    latency         bytea NOT NULL,
    PRIMARY KEY (tenant_id, hour, subscription_id, event_type)
) WITH (fillfactor = 80);

ALTER TABLE postrider.statistics ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.statistics TO postrider_worker USING (true) WITH CHECK (true);
CREATE POLICY api ON postrider.statistics TO postrider_api
    USING (tenant_id = current_setting('postrider.tenant', true))
    WITH CHECK (tenant_id = current_setting('postrider.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.statistics TO postrider_api, postrider_worker;

-- Increments that are committed with what they count, and not yet added to the rows of hours: a row per transaction,
-- with increments of one tenant, or of any tenants if `tenant_id` is null. The API may add rows of its tenant and never
-- read them.
CREATE TABLE postrider.statistics_pending (
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id text COLLATE "C",
    counts    bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

ALTER TABLE postrider.statistics_pending ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.statistics_pending TO postrider_worker USING (true) WITH CHECK (true);
CREATE POLICY api ON postrider.statistics_pending FOR INSERT TO postrider_api
    WITH CHECK (tenant_id = current_setting('postrider.tenant', true));
GRANT SELECT, INSERT, DELETE ON postrider.statistics_pending TO postrider_worker;
GRANT INSERT ON postrider.statistics_pending TO postrider_api;
