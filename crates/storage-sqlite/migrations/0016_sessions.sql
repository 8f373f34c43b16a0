-- Sign-in sessions of browsers, by the SHA-256 of their cookie. A session is valid while the key with `key_hash` is.
-- The tenant is null for the operator's.
CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY,
    key_hash   BLOB NOT NULL,
    tenant_id  TEXT,
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX sessions_by_key ON sessions (key_hash, used_at);
CREATE INDEX sessions_by_tenant ON sessions (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Portal links, by the SHA-256 of their token. `mode`: 0 view, 1 manage. `ends_at` is the time of the expiry or of the
-- revocation, whichever is earlier.
CREATE TABLE portal_sessions (
    tenant_id         TEXT NOT NULL,
    id                BLOB NOT NULL,
    hash              BLOB NOT NULL,
    mode              INTEGER NOT NULL,
    capabilities      TEXT NOT NULL,
    appearance        TEXT NOT NULL,
    return_url        TEXT,
    refresh_url       TEXT,
    allowed_ancestors TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    revoked_at        INTEGER,
    last_used_at      INTEGER,
    ends_at           INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX portal_sessions_by_id ON portal_sessions (id);
CREATE UNIQUE INDEX portal_sessions_by_hash ON portal_sessions (hash);
CREATE INDEX portal_sessions_by_end ON portal_sessions (tenant_id, ends_at);
CREATE INDEX portal_sessions_ended ON portal_sessions (ends_at);
