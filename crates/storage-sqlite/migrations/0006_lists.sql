-- Lists over all tenants, newest first, for the operator.
--
-- One index follows every event. Ids rise, so its rows are appended at its end. Deliveries are found by their events, and
-- have an index of their own for the few that failed for good.

CREATE INDEX events_by_id ON events (id, tenant_id);

-- Failed, exhausted, disabled and cancelled (3 to 6). A retry that succeeds never touches it.
CREATE INDEX deliveries_failed ON deliveries (status, id, tenant_id) WHERE status > 2;

CREATE INDEX subscriptions_by_id ON subscriptions (id, tenant_id);
