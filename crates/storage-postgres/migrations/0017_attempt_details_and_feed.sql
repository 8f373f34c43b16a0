-- The receiver's address of an attempt, and the parts of its duration in microseconds: DNS, connection, TLS, first byte and
-- rest, separated by commas; an empty part did not happen.
ALTER TABLE postrider.attempts ADD COLUMN remote_ip text, ADD COLUMN timings text;
-- Microseconds; written at most once a minute.
ALTER TABLE postrider.api_keys ADD COLUMN last_used_at bigint;
-- Nodes need not learn when a key was used. (A trigger with a transition table cannot name columns, so uses are told from
-- other changes by their rows.)
DROP TRIGGER updated ON postrider.api_keys;
CREATE FUNCTION postrider.note_changed_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    at bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM rows r JOIN old_rows o ON o.tenant_id = r.tenant_id AND o.id = r.id
        WHERE (r.name, r.hint, r.hash, r.scopes) IS DISTINCT FROM (o.name, o.hint, o.hash, o.scopes)
    ) THEN
        RETURN NULL;
    END IF;
    UPDATE postrider.config SET version = version + 1 RETURNING version INTO at;
    INSERT INTO postrider.changes (version, kind, tenant_id, id) SELECT at, 2, tenant_id, id FROM rows;
    PERFORM pg_notify('postrider', 'changes');
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION postrider.note_changed_keys() FROM PUBLIC;
CREATE TRIGGER updated AFTER UPDATE ON postrider.api_keys REFERENCING NEW TABLE AS rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION postrider.note_changed_keys();
-- Nodes with live streams, and the changes that the other nodes hand to them. Not logged: a crash interrupts streams only.
CREATE UNLOGGED TABLE postrider.feed_listeners (
    node  integer PRIMARY KEY,
    until timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE postrider.feed_packets (
    node    integer NOT NULL,
    number  bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    entries bytea NOT NULL,
    PRIMARY KEY (node, number)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.feed_listeners, postrider.feed_packets TO postrider_worker;
