-- Microseconds; null for a key that does not expire. Networks in CIDR form with spaces between them; empty for all.
ALTER TABLE postrider.api_keys ADD COLUMN expires_at bigint, ADD COLUMN networks text NOT NULL DEFAULT '';

-- Nodes must learn a new end of a key.
CREATE OR REPLACE FUNCTION postrider.note_changed_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    at bigint;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM rows r JOIN old_rows o ON o.tenant_id = r.tenant_id AND o.id = r.id
        WHERE (r.name, r.hint, r.hash, r.scopes, r.expires_at, r.networks)
            IS DISTINCT FROM (o.name, o.hint, o.hash, o.scopes, o.expires_at, o.networks)
    ) THEN
        RETURN NULL;
    END IF;
    UPDATE postrider.config SET version = version + 1 RETURNING version INTO at;
    INSERT INTO postrider.changes (version, kind, tenant_id, id) SELECT at, 2, tenant_id, id FROM rows;
    PERFORM pg_notify('postrider', 'changes');
    RETURN NULL;
END $$;
