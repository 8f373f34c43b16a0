-- The sample of ANALYZE has all rows, so the statistics are the same in every run.
SET default_statistics_target = 1000;

-- Like autovacuum, but waits for every page. Autovacuum skips tables without writes, so the partitions of coming days are
-- left out.
VACUUM (FREEZE, ANALYZE) postrider.tenants, postrider.api_keys, postrider.subscriptions, postrider.subscription_stats,
    postrider.event_keys, postrider.publications, postrider.waiting, postrider.outbox, postrider.changes, postrider.nodes,
    postrider.sessions, postrider.portal_sessions,
    postrider.events_20260301, postrider.events_20260302, postrider.events_20260303, postrider.events_20260304,
    postrider.deliveries_20260301, postrider.deliveries_20260302, postrider.deliveries_20260303,
    postrider.deliveries_20260304, postrider.attempts_20260301, postrider.attempts_20260302,
    postrider.attempts_20260303, postrider.attempts_20260304;
