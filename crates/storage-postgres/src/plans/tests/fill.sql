-- Four days of history: of 2,000 tenants 50 have data, and one of them a quarter of all. Random values are hashes, so
-- they are the same in every run.

SELECT postrider.make_days('2026-03-01', '2026-03-04');

-- A UUIDv7 of a millisecond.
CREATE FUNCTION pg_temp.made(at bigint, n bigint, low integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(at), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || left(md5(n::text), 11)
            || lpad(to_hex(low), 4, '0'))::uuid
$$;
CREATE FUNCTION pg_temp.tenant(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 't' || CASE WHEN n % 4 = 0 THEN 0 ELSE n % 50 END
$$;
CREATE FUNCTION pg_temp.subscription(tenant text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.made(1772000000000, substr(tenant, 2)::bigint * 20 + n % 20, 1)
$$;

INSERT INTO postrider.tenants SELECT 't' || n, 'A tenant', '{}', false, n, n FROM generate_series(0, 1999) n;
INSERT INTO postrider.api_keys SELECT 't' || n, pg_temp.made(1772000000000 + n, n, 1), 'A key', 'pk_live_a1b2',
    decode(md5(n::text) || md5('key' || n), 'hex'), 'webhooks:read', n FROM generate_series(0, 1999) n;
INSERT INTO postrider.subscriptions (tenant_id, id, url, events, headers, state, profile, retry_enabled, max_retries,
        timeout_ms, secrets, metadata, revision, created_at, updated_at)
    SELECT 't' || t, pg_temp.subscription('t' || t, s), 'https://receiver.example/' || s, 'kind.*', '', 0, 0, true, 5,
        30000, '', '{}', 1, s, s FROM generate_series(0, 49) t, generate_series(0, 19) s;
INSERT INTO postrider.subscription_stats SELECT tenant_id, id, shard, 100, 10, 1, 1, 1
    FROM postrider.subscriptions, generate_series(0, 5) shard;

CREATE TEMPORARY TABLE made AS
    SELECT n, tenant, pg_temp.made(1772323200000 + n * 5760, n, 0) AS id, 1772323200000000 + n * 5760000 AS at,
        pg_temp.subscription(tenant, n / 7) AS subscription, CASE WHEN n % 3 = 0 THEN 'given-' || n END AS given,
        CASE WHEN n % 997 = 0 THEN 'kind.rare' ELSE 'kind.' || (hashint8(n) & 255) % 10 END AS kind
    FROM generate_series(0::bigint, 59999) n, pg_temp.tenant(n) AS tenant;
INSERT INTO postrider.events SELECT tenant, id, given, kind, at, '{"total": 12.50}', '', 1,
        CASE n % 3 WHEN 1 THEN 2 ELSE 1 END FROM made ORDER BY n;
INSERT INTO postrider.event_keys SELECT tenant, 'i:' || given, id FROM made WHERE given IS NOT NULL ORDER BY n;
INSERT INTO postrider.deliveries
    SELECT tenant, overlay(id::text PLACING '0001' FROM 33)::uuid, subscription, kind, given,
        CASE n / 50 % 20 WHEN 1 THEN 3 WHEN 2 THEN 4 ELSE 2 END, 1, 0, at, 200, NULL, 250000
    FROM made ORDER BY n;
INSERT INTO postrider.attempts
    SELECT tenant, overlay(id::text PLACING '0001' FROM 33)::uuid, 1, at, 250000, 200, NULL, 'webhook-id: 1',
        'server: one', 'ok' FROM made ORDER BY n;

-- Sixty days of counts, the last four of the events above.
INSERT INTO postrider.publications
    SELECT 't' || t, day, 'kind.' || k, shard, 10, 0, day * 86400000000
    FROM generate_series(0, 49) t, generate_series(20454::bigint, 20513) day, generate_series(0, 9) k,
        generate_series(0, 1) shard ORDER BY 1, 2, 3, 4;

-- Node 1 is gone, 2 is another one that lives, 3 is the one that is looked at.
INSERT INTO postrider.nodes (name, role, version, state) VALUES ('gone', 'all', '1', 2), ('other', 'all', '1', 0);
INSERT INTO postrider.waiting
    SELECT tenant, overlay(id::text PLACING '0002' FROM 33)::uuid, subscription, kind, given,
        CASE WHEN n % 120 = 1 THEN 1 WHEN n % 2 = 0 THEN 2 ELSE 3 END, CASE n / 50 % 5 WHEN 0 THEN 4 ELSE 1 END,
        CASE n / 50 % 5 WHEN 0 THEN 1 ELSE 0 END, 0, 0, at, at, NULL, NULL, NULL
    FROM made WHERE n % 3 = 1 ORDER BY n;

INSERT INTO postrider.outbox (tenant_id, event_type, data, id, timestamp)
    SELECT 't7', 'kind.1', '{}', 'out-' || n, '2026-03-04 12:00:00+00' FROM generate_series(1, 2000) n;

INSERT INTO postrider.sessions
    SELECT decode(md5('h' || n) || md5('i' || n), 'hex'), decode(md5('k' || n % 100) || md5('k'), 'hex'), 't' || n % 50,
        1772323200000000, 1772323200000000 + n, 1900000000000000 + n FROM generate_series(1, 2000) n;
INSERT INTO postrider.portal_sessions
    SELECT 't' || n % 50, ('019ca6b2-7980-7008-88f1-' || lpad(to_hex(n), 12, '0'))::uuid,
        decode(md5('p' || n) || md5('q' || n), 'hex'), 0, '', '{}', NULL, NULL, '', 1772323200000000,
        1900000000000000 + n, NULL, NULL, 1900000000000000 + n FROM generate_series(1, 5000) n;
