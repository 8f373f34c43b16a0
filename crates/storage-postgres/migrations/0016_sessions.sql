-- Sign-in sessions of browsers, by the SHA-256 of their cookie. A session is valid while the key with `key_hash` is.
-- The tenant is null for the operator's. The API's role cannot see them: they are looked up before a caller is known.
CREATE TABLE postrider.sessions (
    hash       bytea PRIMARY KEY,
    key_hash   bytea NOT NULL,
    tenant_id  text COLLATE "C",
    created_at bigint NOT NULL,
    used_at    bigint NOT NULL,
    expires_at bigint NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX sessions_by_key ON postrider.sessions (key_hash, used_at);
CREATE INDEX sessions_by_tenant ON postrider.sessions (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX sessions_by_end ON postrider.sessions (expires_at);

ALTER TABLE postrider.sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.sessions TO postrider_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.sessions TO postrider_worker;

-- Portal links, by the SHA-256 of their token. `mode`: 0 view, 1 manage. `ends_at` is the time of the expiry or of the
-- revocation, whichever is earlier.
CREATE TABLE postrider.portal_sessions (
    tenant_id         text COLLATE "C" NOT NULL,
    id                uuid NOT NULL,
    hash              bytea NOT NULL,
    mode              smallint NOT NULL,
    capabilities      text NOT NULL,
    appearance        text NOT NULL,
    return_url        text,
    refresh_url       text,
    allowed_ancestors text NOT NULL,
    created_at        bigint NOT NULL,
    expires_at        bigint NOT NULL,
    revoked_at        bigint,
    last_used_at      bigint,
    ends_at           bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX portal_sessions_by_id ON postrider.portal_sessions (id);
CREATE UNIQUE INDEX portal_sessions_by_hash ON postrider.portal_sessions (hash);
CREATE INDEX portal_sessions_by_end ON postrider.portal_sessions (tenant_id, ends_at);
CREATE INDEX portal_sessions_ended ON postrider.portal_sessions (ends_at);

ALTER TABLE postrider.portal_sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY worker ON postrider.portal_sessions TO postrider_worker USING (true) WITH CHECK (true);
CREATE POLICY api ON postrider.portal_sessions TO postrider_api
    USING (tenant_id = current_setting('postrider.tenant', true))
    WITH CHECK (tenant_id = current_setting('postrider.tenant', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.portal_sessions TO postrider_api, postrider_worker;
