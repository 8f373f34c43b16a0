-- The receiver's address of an attempt, and the parts of its duration in microseconds: DNS, connection, TLS, first byte and
-- rest, separated by commas; an empty part did not happen.
ALTER TABLE attempts ADD COLUMN remote_ip TEXT;
ALTER TABLE attempts ADD COLUMN timings TEXT;
-- Microseconds; written at most once a minute.
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
