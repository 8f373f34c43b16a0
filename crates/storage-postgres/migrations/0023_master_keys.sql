-- Several master keys: the ids of the keys that a node has, separated by spaces, the current one first. Earlier versions
-- leave it empty: they have one key.
ALTER TABLE postrider.nodes ADD COLUMN master_keys text;

-- A secret that is sealed again with another key is no change that nodes must read.
CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON postrider.tenants REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT WHEN (current_setting('postrider.reseals', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION postrider.note_change();
CREATE OR REPLACE TRIGGER updated AFTER UPDATE ON postrider.subscriptions REFERENCING NEW TABLE AS rows
    FOR EACH STATEMENT WHEN (current_setting('postrider.reseals', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION postrider.note_change();
