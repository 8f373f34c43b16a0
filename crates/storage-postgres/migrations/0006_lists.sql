-- Lists over all tenants, newest first, for the operator.
--
-- One index follows every event. Ids rise, so its rows are appended at its end. Deliveries are found by their events, and
-- have an index of their own for the few that failed for good; what waits is merged from the tenants' stretches of its
-- primary key.
--
-- Each has a condition that is always true and that only statements over all tenants name. So no statement of a tenant is
-- ever planned with them, which would read past the rows of all others.

CREATE INDEX events_by_id ON postrider.events (id, tenant_id) WHERE deliveries >= 0;

-- Failed, exhausted, disabled and cancelled (3 to 6). A retry that succeeds never touches it.
CREATE INDEX deliveries_failed ON postrider.deliveries (status, id, tenant_id) WHERE status > 2 AND attempts >= 0;

CREATE INDEX subscriptions_by_id ON postrider.subscriptions (id, tenant_id) WHERE revision >= 0;
