-- Policies of subscriptions and limits of tenants, each one JSON object ('{}': the installation's defaults), and the
-- health of a subscription's receiver.
ALTER TABLE subscriptions ADD COLUMN policies TEXT NOT NULL DEFAULT '{}';
ALTER TABLE subscriptions ADD COLUMN disabled_reason INTEGER;
ALTER TABLE subscriptions ADD COLUMN disabled_at INTEGER;
-- The circuit breaker as JSON; NULL: closed.
ALTER TABLE subscriptions ADD COLUMN breaker TEXT;
ALTER TABLE subscriptions ADD COLUMN restarted_at INTEGER;
ALTER TABLE subscriptions ADD COLUMN warned_at INTEGER;
-- The first failure since the last success.
ALTER TABLE subscription_stats ADD COLUMN failing_since INTEGER;
CREATE INDEX subscriptions_failing ON subscription_stats (failing_since) WHERE failing_since IS NOT NULL;
ALTER TABLE tenants ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
