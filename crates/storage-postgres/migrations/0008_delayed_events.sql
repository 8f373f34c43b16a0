-- Events that are delivered later. Their deliveries wait in a queue of their own (5), in order of their due times.
ALTER TABLE postrider.events ADD COLUMN deliver_at bigint;

-- A change of a subscription (kind 3) that is no change of its row: deliveries of it were cancelled, so copies of them in
-- the memory of nodes are outdated. Older nodes read the row again and find nothing new.
ALTER TABLE postrider.changes ADD COLUMN cancelled boolean NOT NULL DEFAULT false;

ALTER TABLE postrider.outbox ADD COLUMN deliver_at timestamptz;
GRANT INSERT (deliver_at) ON postrider.outbox TO postrider_publisher;

CREATE FUNCTION postrider.outbox_check_delay() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
BEGIN
    -- Others cannot be written as ISO 8601, and infinite ones not even be read from here.
    IF NEW.deliver_at NOT BETWEEN '0001-01-01 00:00:00+00' AND clock_timestamp() + interval '30 days' THEN
        RAISE EXCEPTION 'postrider.publish: deliver_at must be between the year 1 and 30 days from now'
            USING ERRCODE = 'check_violation', COLUMN = 'deliver_at';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked_delay BEFORE INSERT ON postrider.outbox FOR EACH ROW WHEN (NEW.deliver_at IS NOT NULL)
    EXECUTE FUNCTION postrider.outbox_check_delay();

-- postrider.publish with a time before which nothing is sent. A function of its own: a further argument of publish would
-- need another function of that name, which makes statements that name it without arguments (GRANT) ambiguous.
CREATE FUNCTION postrider.publish_at(
    deliver_at timestamptz,
    type text,
    data json,
    tenant text DEFAULT nullif(current_setting('postrider.tenant', true), ''),
    id text DEFAULT NULL,
    metadata json DEFAULT NULL,
    priority text DEFAULT 'normal',
    "timestamp" timestamptz DEFAULT NULL,
    idempotency_key text DEFAULT NULL
) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = postrider, pg_temp AS $$
    INSERT INTO postrider.outbox
        (tenant_id, event_type, data, metadata, id, timestamp, priority, idempotency_key, deliver_at)
    VALUES (coalesce(publish_at.tenant, ''), publish_at.type, publish_at.data, publish_at.metadata, publish_at.id,
            coalesce(publish_at.timestamp, clock_timestamp()), publish_at.priority, publish_at.idempotency_key,
            publish_at.deliver_at)
    RETURNING outbox.id
$$;

REVOKE ALL ON FUNCTION postrider.outbox_check_delay, postrider.publish_at FROM PUBLIC;
GRANT EXECUTE ON FUNCTION postrider.publish_at TO postrider_worker, postrider_publisher;
