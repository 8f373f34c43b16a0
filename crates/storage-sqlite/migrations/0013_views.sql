-- Views that answer the questions of an operator (docs/sql.md), each by one SELECT. They show ids as text, times as ISO 8601
-- and states by name; they show no secret, header, payload, response body, path or query of a URL.
--
-- They name every column that they read, so that new columns do not concern them. A later migration that renames or drops
-- one of these columns drops the view first, and creates it again. No view names an index, and no function is newer than
-- SQLite 3.38. (`CROSS JOIN` keeps the order of a join, which the planner could not choose without statistics.)
--
-- The time in an id is its first six bytes, in milliseconds; `instr('123456789ABCDEF', digit)` is a hexadecimal digit's
-- value.

-- The first possible id of the last 24 hours, made of single bytes.
CREATE VIEW postrider_day_ago AS
WITH bytes (b) AS (SELECT
x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'),
clock (ms) AS (SELECT strftime('%s', 'now') * 1000 - 86400000)
SELECT CAST(substr(b, (ms >> 40 & 255) + 1, 1) || substr(b, (ms >> 32 & 255) + 1, 1)
    || substr(b, (ms >> 24 & 255) + 1, 1) || substr(b, (ms >> 16 & 255) + 1, 1)
    || substr(b, (ms >> 8 & 255) + 1, 1) || substr(b, (ms & 255) + 1, 1) AS BLOB) AS id
FROM bytes, clock;

-- Hosts of subscriptions, with their ports.
CREATE VIEW postrider_receivers AS
WITH after_scheme (tenant_id, id, state, breaker, rest) AS (
    SELECT s.tenant_id, s.id, s.state, s.breaker, substr(s.url, instr(s.url, '://') + 3) FROM subscriptions s
),
authority (tenant_id, id, state, breaker, host) AS (
    SELECT tenant_id, id, state, breaker, substr(rest, 1, min(instr(rest || '/', '/'), instr(rest || '?', '?'),
        instr(rest || '#', '#'), instr(rest || '\', '\')) - 1) FROM after_scheme
)
SELECT tenant_id, id,
    CASE state WHEN 0 THEN 'active' WHEN 1 THEN 'paused' WHEN 2 THEN 'disabled' ELSE 'deleted' END
        AS subscription_state,
    CASE WHEN breaker IS NULL THEN 'closed' ELSE 'open' END AS circuit_breaker,
    CASE WHEN instr(host, '@') = 0 THEN host ELSE replace(host, rtrim(host, replace(host, '@', '')), '') END AS receiver
FROM authority;

CREATE VIEW postrider_failed_deliveries AS
SELECT d.tenant_id AS tenant_id,
    lower(substr(hex(d.id), 1, 8) || '-' || substr(hex(d.id), 9, 4) || '-' || substr(hex(d.id), 13, 4) || '-'
        || substr(hex(d.id), 17, 4) || '-' || substr(hex(d.id), 21)) AS delivery_id,
    coalesce(e.given_id, lower(substr(hex(e.id), 1, 8) || '-' || substr(hex(e.id), 9, 4) || '-'
        || substr(hex(e.id), 13, 4) || '-' || substr(hex(e.id), 17, 4) || '-' || substr(hex(e.id), 21) || '0000'))
        AS event_id,
    e.event_type AS event_type,
    lower(substr(hex(d.subscription_id), 1, 8) || '-' || substr(hex(d.subscription_id), 9, 4) || '-'
        || substr(hex(d.subscription_id), 13, 4) || '-' || substr(hex(d.subscription_id), 17, 4) || '-'
        || substr(hex(d.subscription_id), 21)) AS subscription_id,
    (SELECT r.receiver FROM postrider_receivers r WHERE r.tenant_id = d.tenant_id AND r.id = d.subscription_id)
        AS receiver,
    CASE d.status WHEN 3 THEN 'failed' WHEN 4 THEN 'exhausted' WHEN 5 THEN 'disabled' ELSE 'cancelled' END AS status,
    d.attempts AS attempts,
    d.response_code AS response_code,
    d.error AS error,
    strftime('%Y-%m-%dT%H:%M:%fZ', ((instr('123456789ABCDEF', substr(hex(d.id), 1, 1)) << 44)
        + (instr('123456789ABCDEF', substr(hex(d.id), 2, 1)) << 40)
        + (instr('123456789ABCDEF', substr(hex(d.id), 3, 1)) << 36)
        + (instr('123456789ABCDEF', substr(hex(d.id), 4, 1)) << 32)
        + (instr('123456789ABCDEF', substr(hex(d.id), 5, 1)) << 28)
        + (instr('123456789ABCDEF', substr(hex(d.id), 6, 1)) << 24)
        + (instr('123456789ABCDEF', substr(hex(d.id), 7, 1)) << 20)
        + (instr('123456789ABCDEF', substr(hex(d.id), 8, 1)) << 16)
        + (instr('123456789ABCDEF', substr(hex(d.id), 9, 1)) << 12)
        + (instr('123456789ABCDEF', substr(hex(d.id), 10, 1)) << 8)
        + (instr('123456789ABCDEF', substr(hex(d.id), 11, 1)) << 4)
        + instr('123456789ABCDEF', substr(hex(d.id), 12, 1))) / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', d.updated_at / 1000 / 1000.0, 'unixepoch') AS ended_at,
    (strftime('%s', 'now') - d.updated_at / 1000000) / 60 AS minutes_ago
FROM deliveries d CROSS JOIN tenants t CROSS JOIN events e
WHERE d.status > 2 AND t.id = d.tenant_id AND t.deleting = 0
    AND e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14);

CREATE VIEW postrider_slow_attempts AS
SELECT a.tenant_id AS tenant_id,
    lower(substr(hex(a.delivery_id), 1, 8) || '-' || substr(hex(a.delivery_id), 9, 4) || '-'
        || substr(hex(a.delivery_id), 13, 4) || '-' || substr(hex(a.delivery_id), 17, 4) || '-'
        || substr(hex(a.delivery_id), 21)) AS delivery_id,
    e.event_type AS event_type,
    lower(substr(hex(d.subscription_id), 1, 8) || '-' || substr(hex(d.subscription_id), 9, 4) || '-'
        || substr(hex(d.subscription_id), 13, 4) || '-' || substr(hex(d.subscription_id), 17, 4) || '-'
        || substr(hex(d.subscription_id), 21)) AS subscription_id,
    (SELECT r.receiver FROM postrider_receivers r WHERE r.tenant_id = d.tenant_id AND r.id = d.subscription_id)
        AS receiver,
    a.number AS attempt,
    a.duration_us / 1000 AS duration_ms,
    a.response_code AS response_code,
    a.error AS error,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.started_at / 1000 / 1000.0, 'unixepoch') AS started_at,
    (strftime('%s', 'now') - a.started_at / 1000000) / 60 AS minutes_ago
FROM tenants t CROSS JOIN attempts a CROSS JOIN deliveries d CROSS JOIN events e
WHERE t.deleting = 0 AND a.tenant_id = t.id AND a.delivery_id >= (SELECT id FROM postrider_day_ago)
    AND a.duration_us >= 100000
    AND d.tenant_id = a.tenant_id AND d.id = a.delivery_id
    AND e.tenant_id = a.tenant_id AND e.id = substr(a.delivery_id, 1, 14);

CREATE VIEW postrider_hung_deliveries AS
SELECT d.tenant_id AS tenant_id,
    lower(substr(hex(d.id), 1, 8) || '-' || substr(hex(d.id), 9, 4) || '-' || substr(hex(d.id), 13, 4) || '-'
        || substr(hex(d.id), 17, 4) || '-' || substr(hex(d.id), 21)) AS delivery_id,
    coalesce(e.given_id, lower(substr(hex(e.id), 1, 8) || '-' || substr(hex(e.id), 9, 4) || '-'
        || substr(hex(e.id), 13, 4) || '-' || substr(hex(e.id), 17, 4) || '-' || substr(hex(e.id), 21) || '0000'))
        AS event_id,
    e.event_type AS event_type,
    lower(substr(hex(d.subscription_id), 1, 8) || '-' || substr(hex(d.subscription_id), 9, 4) || '-'
        || substr(hex(d.subscription_id), 13, 4) || '-' || substr(hex(d.subscription_id), 17, 4) || '-'
        || substr(hex(d.subscription_id), 21)) AS subscription_id,
    r.receiver AS receiver,
    r.subscription_state AS subscription_state,
    r.circuit_breaker AS circuit_breaker,
    CASE d.status WHEN 0 THEN 'pending' ELSE 'retrying' END AS status,
    d.attempts AS attempts,
    d.error AS error,
    strftime('%Y-%m-%dT%H:%M:%fZ', max(d.next_attempt_at, d.updated_at) / 1000 / 1000.0, 'unixepoch') AS due_since,
    (strftime('%s', 'now') - max(d.next_attempt_at, d.updated_at) / 1000000) / 60 AS overdue_minutes
FROM deliveries d CROSS JOIN tenants t CROSS JOIN events e CROSS JOIN postrider_receivers r
WHERE d.next_attempt_at IS NOT NULL AND d.next_attempt_at <= strftime('%s', 'now') * 1000000
    AND t.id = d.tenant_id AND t.deleting = 0
    AND e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)
    AND r.tenant_id = d.tenant_id AND r.id = d.subscription_id;

CREATE VIEW postrider_status_counts AS
SELECT d.tenant_id AS tenant_id,
    CASE d.status WHEN 0 THEN 'pending' WHEN 1 THEN 'retrying' WHEN 2 THEN 'success' WHEN 3 THEN 'failed'
        WHEN 4 THEN 'exhausted' WHEN 5 THEN 'disabled' ELSE 'cancelled' END AS status,
    count(*) AS deliveries
FROM tenants t CROSS JOIN deliveries d
WHERE t.deleting = 0 AND d.tenant_id = t.id AND d.id >= (SELECT id FROM postrider_day_ago)
GROUP BY d.tenant_id, d.status;

CREATE VIEW postrider_event_rates AS
SELECT d.tenant_id AS tenant_id,
    e.event_type AS event_type,
    count(*) AS deliveries,
    round(count(*) / 24.0, 2) AS per_hour,
    sum(d.status = 2) AS success,
    sum(d.status > 2) AS failed,
    sum(d.status < 2) AS waiting,
    round(CAST(sum(d.status = 2) AS REAL) / nullif(sum(d.status >= 2), 0), 4) AS success_rate
FROM tenants t CROSS JOIN deliveries d CROSS JOIN events e
WHERE t.deleting = 0 AND d.tenant_id = t.id AND d.id >= (SELECT id FROM postrider_day_ago)
    AND e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)
GROUP BY d.tenant_id, e.event_type;
