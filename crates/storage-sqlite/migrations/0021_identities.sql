-- Microseconds; null for a key that does not expire. Networks in CIDR form with spaces between them; empty for all.
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
ALTER TABLE api_keys ADD COLUMN networks TEXT NOT NULL DEFAULT '';
