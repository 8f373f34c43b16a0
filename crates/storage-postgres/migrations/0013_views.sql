-- Views that answer the questions of an operator (docs/sql.md), each by one SELECT. They show ids as text and states by name;
-- they show no secret, header, payload, response body, path or query of a URL.
--
-- They name every column that they read, so that new columns do not concern them; partitions come and go without them. A
-- later migration that drops one of these columns, or changes its type, drops the view first and creates it again.
--
-- A view reads with the rights of its owner, so it shows all tenants. postrider_api must never be granted one.
--
-- The time in an id is its first six bytes, in milliseconds. A first possible id of the last 24 hours excludes older
-- partitions.

-- Hosts of subscriptions, with their ports.
CREATE VIEW postrider.postrider_receivers AS
SELECT s.tenant_id, s.id,
    CASE s.state WHEN 0 THEN 'active' WHEN 1 THEN 'paused' WHEN 2 THEN 'disabled' ELSE 'deleted' END
        AS subscription_state,
    CASE WHEN s.breaker IS NULL THEN 'closed' ELSE 'open' END AS circuit_breaker,
    substring(s.url from '^[^:/]*://(?:[^/?#\\]*@)?([^/?#\\]*)') AS receiver
FROM postrider.subscriptions s;

CREATE VIEW postrider.postrider_failed_deliveries AS
SELECT d.tenant_id,
    d.id::text AS delivery_id,
    coalesce(d.given_id, left(d.id::text, 32) || '0000') AS event_id,
    d.event_type,
    d.subscription_id::text AS subscription_id,
    (SELECT r.receiver FROM postrider.postrider_receivers r
     WHERE r.tenant_id = d.tenant_id AND r.id = d.subscription_id) AS receiver,
    CASE d.status WHEN 3 THEN 'failed' WHEN 4 THEN 'exhausted' WHEN 5 THEN 'disabled' ELSE 'cancelled' END AS status,
    d.attempts,
    d.response_code,
    d.error,
    timestamptz 'epoch' + ('x' || left(replace(d.id::text, '-', ''), 12))::bit(48)::bigint * interval '1 millisecond'
        AS created_at,
    timestamptz 'epoch' + d.updated_at * interval '1 microsecond' AS ended_at,
    floor((extract(epoch FROM now()) - d.updated_at / 1000000.0) / 60)::bigint AS minutes_ago
FROM postrider.deliveries d JOIN postrider.tenants t ON t.id = d.tenant_id
WHERE d.status > 2 AND d.attempts >= 0 AND NOT t.deleting;

CREATE VIEW postrider.postrider_slow_attempts AS
SELECT a.tenant_id,
    a.delivery_id::text AS delivery_id,
    d.event_type,
    d.subscription_id::text AS subscription_id,
    (SELECT r.receiver FROM postrider.postrider_receivers r
     WHERE r.tenant_id = d.tenant_id AND r.id = d.subscription_id) AS receiver,
    a.number AS attempt,
    a.duration_us / 1000 AS duration_ms,
    a.response_code,
    a.error,
    timestamptz 'epoch' + a.started_at * interval '1 microsecond' AS started_at,
    floor((extract(epoch FROM now()) - a.started_at / 1000000.0) / 60)::bigint AS minutes_ago
FROM postrider.attempts a JOIN postrider.tenants t ON t.id = a.tenant_id, LATERAL (
    SELECT w.tenant_id, w.event_type, w.subscription_id FROM postrider.waiting w
    WHERE w.tenant_id = a.tenant_id AND w.id = a.delivery_id
    UNION ALL
    SELECT e.tenant_id, e.event_type, e.subscription_id FROM postrider.deliveries e
    WHERE e.tenant_id = a.tenant_id AND e.id = a.delivery_id
) d
WHERE a.delivery_id >= (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - 86400000), 12, '0')
        || repeat('0', 20))::uuid
    AND a.duration_us >= 100000 AND NOT t.deleting;

CREATE VIEW postrider.postrider_hung_deliveries AS
SELECT w.tenant_id,
    w.id::text AS delivery_id,
    coalesce(w.given_id, left(w.id::text, 32) || '0000') AS event_id,
    w.event_type,
    w.subscription_id::text AS subscription_id,
    r.receiver,
    r.subscription_state,
    r.circuit_breaker,
    CASE w.status WHEN 0 THEN 'pending' ELSE 'retrying' END AS status,
    w.attempts,
    w.error,
    timestamptz 'epoch' + greatest(w.next_attempt_at, w.updated_at) * interval '1 microsecond' AS due_since,
    floor((extract(epoch FROM now()) - greatest(w.next_attempt_at, w.updated_at) / 1000000.0) / 60)::bigint
        AS overdue_minutes
FROM postrider.waiting w
    JOIN postrider.tenants t ON t.id = w.tenant_id
    JOIN postrider.postrider_receivers r ON r.tenant_id = w.tenant_id AND r.id = w.subscription_id
WHERE w.next_attempt_at <= (extract(epoch FROM now()) * 1000000)::bigint AND NOT t.deleting;

CREATE VIEW postrider.postrider_status_counts AS
SELECT d.tenant_id,
    CASE d.status WHEN 0 THEN 'pending' WHEN 1 THEN 'retrying' WHEN 2 THEN 'success' WHEN 3 THEN 'failed'
        WHEN 4 THEN 'exhausted' WHEN 5 THEN 'disabled' ELSE 'cancelled' END AS status,
    count(*) AS deliveries
FROM (
    SELECT tenant_id, id, status FROM postrider.waiting
    UNION ALL SELECT tenant_id, id, status FROM postrider.deliveries
) d JOIN postrider.tenants t ON t.id = d.tenant_id
WHERE d.id >= (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - 86400000), 12, '0') || repeat('0', 20))::uuid
    AND NOT t.deleting
GROUP BY d.tenant_id, d.status;

CREATE VIEW postrider.postrider_event_rates AS
SELECT d.tenant_id,
    d.event_type,
    count(*) AS deliveries,
    round(count(*) / 24.0, 2) AS per_hour,
    count(*) FILTER (WHERE d.status = 2) AS success,
    count(*) FILTER (WHERE d.status > 2) AS failed,
    count(*) FILTER (WHERE d.status < 2) AS waiting,
    round(count(*) FILTER (WHERE d.status = 2)::numeric / nullif(count(*) FILTER (WHERE d.status >= 2), 0), 4)
        AS success_rate
FROM (
    SELECT tenant_id, id, event_type, status FROM postrider.waiting
    UNION ALL SELECT tenant_id, id, event_type, status FROM postrider.deliveries
) d JOIN postrider.tenants t ON t.id = d.tenant_id
WHERE d.id >= (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - 86400000), 12, '0') || repeat('0', 20))::uuid
    AND NOT t.deleting
GROUP BY d.tenant_id, d.event_type;

GRANT SELECT ON postrider.postrider_receivers, postrider.postrider_failed_deliveries, postrider.postrider_slow_attempts,
    postrider.postrider_hung_deliveries, postrider.postrider_status_counts, postrider.postrider_event_rates
    TO postrider_worker;
