-- How much was published, by tenant, day (UTC, counted from the Unix epoch) and type. The first event of a type on a
-- day makes the row in its own transaction; others are added within a second. A row outlives its events. `misfits`: how
-- many of those were checked and broke the type's schema. Commits that run side by side add to rows of their own (`shard`), so that
-- they do not wait for each other; of a day that is over these are brought together, under -1.
CREATE TABLE postrider.publications (
    tenant_id  text COLLATE "C" NOT NULL,
    day        integer NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    shard      smallint NOT NULL,
    published  bigint NOT NULL,
    misfits    bigint NOT NULL,
    last_at    bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, event_type, shard)
) WITH (fillfactor = 80);

ALTER TABLE postrider.publications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.publications TO postrider_worker USING (true) WITH CHECK (true);
CREATE POLICY api ON postrider.publications TO postrider_api
    USING (tenant_id = current_setting('postrider.tenant', true))
    WITH CHECK (tenant_id = current_setting('postrider.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.publications TO postrider_api, postrider_worker;

-- Documents of the installation's own, each with what is asked of it often, in short.
CREATE TABLE postrider.documents (
    name   text COLLATE "C" PRIMARY KEY,
    put_at bigint NOT NULL,
    digest text NOT NULL,
    body   bytea NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.documents TO postrider_worker;
