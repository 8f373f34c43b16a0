-- How much was published, by tenant, day (UTC, counted from the Unix epoch) and type. A row is added to in the
-- transaction that writes the events, so it is as durable as they are; it outlives them. `misfits`: how many of those
-- were checked and broke the type's schema.
CREATE TABLE publications (
    tenant_id  TEXT NOT NULL,
    day        INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    published  INTEGER NOT NULL,
    misfits    INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, day, event_type)
) WITHOUT ROWID, STRICT;

-- Documents of the installation's own, each with what is asked of it often, in short.
CREATE TABLE documents (
    name   TEXT PRIMARY KEY,
    put_at INTEGER NOT NULL,
    digest TEXT NOT NULL,
    body   BLOB NOT NULL
) STRICT;
