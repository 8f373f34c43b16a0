-- Erasure of payloads: the time at which data and metadata of an event were erased.
ALTER TABLE postrider.events ADD COLUMN payload_erased_at bigint;

-- Erasures on request: unfinished ones, which are finished at the next start after a crash, and recent ones, whose
-- deliveries the other nodes remove from their memory.
CREATE TABLE postrider.erasures (
    tenant_id text COLLATE "C" NOT NULL,
    event_id  uuid NOT NULL,
    is_done   boolean NOT NULL DEFAULT false,
    noted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, event_id)
);

ALTER TABLE postrider.erasures ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.erasures TO postrider_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.erasures TO postrider_worker;
