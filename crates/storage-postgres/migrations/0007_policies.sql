-- Policies of subscriptions and limits of tenants, each one JSON object ('{}': the installation's defaults), and the
-- health of a subscription's receiver.
ALTER TABLE postrider.subscriptions
    ADD COLUMN policies text NOT NULL DEFAULT '{}',
    ADD COLUMN disabled_reason smallint,
    ADD COLUMN disabled_at bigint,
    ADD COLUMN breaker text, -- the circuit breaker as JSON; null: closed
    ADD COLUMN restarted_at bigint,
    ADD COLUMN warned_at bigint;
-- The first failure since the last success of the shard.
ALTER TABLE postrider.subscription_stats ADD COLUMN failing_since bigint;
CREATE INDEX subscriptions_failing ON postrider.subscription_stats (failing_since) WHERE failing_since IS NOT NULL;
ALTER TABLE postrider.tenants ADD COLUMN limits text NOT NULL DEFAULT '{}';
