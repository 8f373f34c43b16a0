-- Several nodes on one store: who they are, what they tell each other, who may see what, and the outbox.

-- Nodes. A process that starts is a new node; an id is never used again. `state`: 0 live, 1 left, 2 lost.
CREATE TABLE postrider.nodes (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    role         text NOT NULL,
    version      text NOT NULL,
    state        smallint NOT NULL DEFAULT 0,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- What every node keeps in memory has a version; a change raises it in its own transaction. Since that is one row, the
-- versions become visible in their order, and who asks for what came after a version misses nothing.
CREATE TABLE postrider.config (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO postrider.config (version) VALUES (1);

-- `kind`: 1 tenant, 2 key, 3 subscription, 4 event types.
CREATE TABLE postrider.changes (
    version    bigint NOT NULL,
    kind       smallint NOT NULL,
    tenant_id  text COLLATE "C" NOT NULL,
    id         uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (version, kind, tenant_id, id)
);

CREATE FUNCTION postrider.note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    at bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM rows) THEN
        RETURN NULL;
    END IF;
    UPDATE postrider.config SET version = version + 1 RETURNING version INTO at;
    CASE TG_TABLE_NAME
        WHEN 'tenants' THEN
            INSERT INTO postrider.changes (version, kind, tenant_id, id)
                SELECT at, 1, id, '00000000-0000-0000-0000-000000000000' FROM rows;
        WHEN 'api_keys' THEN
            INSERT INTO postrider.changes (version, kind, tenant_id, id) SELECT at, 2, tenant_id, id FROM rows;
        WHEN 'subscriptions' THEN
            INSERT INTO postrider.changes (version, kind, tenant_id, id) SELECT at, 3, tenant_id, id FROM rows;
        ELSE
            INSERT INTO postrider.changes (version, kind, tenant_id, id)
                VALUES (at, 4, '', '00000000-0000-0000-0000-000000000000');
    END CASE;
    PERFORM pg_notify('postrider', 'changes');
    RETURN NULL;
END $$;

DO $$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY['tenants', 'api_keys', 'subscriptions', 'custom_types'] LOOP
        EXECUTE format('CREATE TRIGGER inserted AFTER INSERT ON postrider.%I REFERENCING NEW TABLE AS rows
                        FOR EACH STATEMENT EXECUTE FUNCTION postrider.note_change()', one);
        EXECUTE format('CREATE TRIGGER updated AFTER UPDATE ON postrider.%I REFERENCING NEW TABLE AS rows
                        FOR EACH STATEMENT EXECUTE FUNCTION postrider.note_change()', one);
        EXECUTE format('CREATE TRIGGER deleted AFTER DELETE ON postrider.%I REFERENCING OLD TABLE AS rows
                        FOR EACH STATEMENT EXECUTE FUNCTION postrider.note_change()', one);
    END LOOP;
END $$;

-- The outbox: events published by programs within their own transactions. A row gets its position at the commit, under
-- a lock of its tenant that is held until the commit is done: so positions are the order of the commits.
CREATE TABLE postrider.outbox (
    number          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id       text COLLATE "C" NOT NULL,
    event_type      text COLLATE "C" NOT NULL,
    data            json NOT NULL,
    metadata        json,
    id              text COLLATE "C",
    timestamp       timestamptz NOT NULL DEFAULT clock_timestamp(),
    priority        text NOT NULL DEFAULT 'normal',
    idempotency_key text,
    position        bigint
);
CREATE INDEX outbox_ready ON postrider.outbox (position) WHERE position IS NOT NULL;
CREATE INDEX outbox_unplaced ON postrider.outbox (number) WHERE position IS NULL;
CREATE SEQUENCE postrider.outbox_positions CACHE 1;

-- The rules of POST /api/v1/events, with the same words.
CREATE FUNCTION postrider.outbox_check() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    fault text;
    field text;
BEGIN
    NEW.position := NULL;
    IF json_typeof(NEW.metadata) = 'null' THEN
        NEW.metadata := NULL;
    END IF;
    NEW.id := coalesce(NEW.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''));
    IF NEW.tenant_id IS NULL OR NEW.tenant_id = '' THEN
        field := 'tenant';
        fault := 'must be given, as an argument or with set_config(''postrider.tenant'', …, true)';
    ELSIF NOT EXISTS (SELECT 1 FROM postrider.tenants t WHERE t.id = NEW.tenant_id AND NOT t.deleting) THEN
        field := 'tenant';
        fault := 'is unknown: create it with PUT /api/v1/tenants/' || NEW.tenant_id;
    ELSIF NEW.event_type IS NULL OR length(NEW.event_type) > 100
            OR NEW.event_type !~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' THEN
        field := 'type';
        fault := 'must be 1 to 100 letters, digits, ''_'' or ''-'' in parts separated by dots, for example invoice.created';
    ELSIF NEW.data IS NULL OR json_typeof(NEW.data) <> 'object' THEN
        field := 'data';
        fault := 'must be a JSON object';
    ELSIF octet_length(NEW.data::text) > 1048576 THEN
        field := 'data';
        fault := 'must have at most 1048576 bytes';
    ELSIF NEW.metadata IS NOT NULL AND (json_typeof(NEW.metadata) <> 'object' OR octet_length(NEW.metadata::text) > 65536) THEN
        field := 'metadata';
        fault := 'must be a JSON object of at most 65536 bytes';
    ELSIF NEW.id !~ '^[!-~]{1,200}$' OR position('.' in NEW.id) > 0 THEN
        field := 'id';
        fault := 'must be 1 to 200 visible ASCII characters without spaces and dots';
    ELSIF NEW.priority IS NULL OR NEW.priority NOT IN ('low', 'normal', 'high') THEN
        field := 'priority';
        fault := 'must be low, normal or high';
    ELSIF NEW.timestamp IS NULL OR NEW.timestamp NOT BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-30 00:00:00+00' THEN
        -- Others cannot be written as ISO 8601, and what is infinite not even be read from here.
        field := 'timestamp';
        fault := 'must be between the years 1 and 9999';
    ELSIF NEW.idempotency_key IS NOT NULL AND NEW.idempotency_key !~ '^[ -~]{1,255}$' THEN
        field := 'idempotency_key';
        fault := 'must be 1 to 255 visible ASCII characters';
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'postrider.publish: % %', field, fault USING ERRCODE = 'check_violation', COLUMN = field;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER checked BEFORE INSERT ON postrider.outbox FOR EACH ROW EXECUTE FUNCTION postrider.outbox_check();

-- At the commit: all rows of the transaction at once, locks in order, so that two transactions never wait for each other
-- in a circle. (In the order of the locks, not of the tenants: two tenants can have the same one.) Rows of others that
-- are not committed are not seen.
CREATE FUNCTION postrider.outbox_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    one integer;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM postrider.outbox WHERE number = NEW.number AND position IS NULL) THEN
        RETURN NULL;
    END IF;
    FOR one IN SELECT DISTINCT hashtext(tenant_id) FROM postrider.outbox WHERE position IS NULL ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(7061873, one);
    END LOOP;
    UPDATE postrider.outbox o SET position = p.position
        FROM (SELECT number, nextval('postrider.outbox_positions') AS position
              FROM (SELECT number FROM postrider.outbox WHERE position IS NULL ORDER BY number) unplaced) p
        WHERE o.number = p.number;
    PERFORM pg_notify('postrider', 'outbox');
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER placed AFTER INSERT ON postrider.outbox DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION postrider.outbox_place();

-- Publishes an event in the caller's transaction: with its commit, or not at all. Answers the event's id.
CREATE FUNCTION postrider.publish(
    type text,
    data json,
    tenant text DEFAULT nullif(current_setting('postrider.tenant', true), ''),
    id text DEFAULT NULL,
    metadata json DEFAULT NULL,
    priority text DEFAULT 'normal',
    "timestamp" timestamptz DEFAULT NULL,
    idempotency_key text DEFAULT NULL
) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = postrider, pg_temp AS $$
    INSERT INTO postrider.outbox (tenant_id, event_type, data, metadata, id, timestamp, priority, idempotency_key)
    VALUES (coalesce(publish.tenant, ''), publish.type, publish.data, publish.metadata, publish.id,
            coalesce(publish.timestamp, clock_timestamp()), publish.priority, publish.idempotency_key)
    RETURNING outbox.id
$$;

-- Partitions by day (UTC), made ahead and dropped as a whole.
CREATE FUNCTION postrider.day_start(day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(((day - date '1970-01-01')::bigint * 86400000)), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION postrider.make_days(first date, last date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    day date;
    parent text;
    key text;
    part text;
    is_early boolean;
BEGIN
    FOR day IN SELECT generate_series(first, last, interval '1 day')::date LOOP
        FOREACH parent IN ARRAY ARRAY['events', 'deliveries', 'attempts'] LOOP
            part := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass('postrider.' || part) IS NOT NULL;
            key := CASE parent WHEN 'attempts' THEN 'delivery_id' ELSE 'id' END;
            -- Made apart and then attached: that does not wait for those who read or write the other days.
            EXECUTE format('CREATE TABLE postrider.%I (LIKE postrider.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                           part, parent);
            EXECUTE format('ALTER TABLE postrider.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
            EXECUTE format('CREATE POLICY worker ON postrider.%I TO postrider_worker USING (true) WITH CHECK (true)', part);
            -- What came before its day, from a clock that is ahead; with it the day could not be attached.
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM postrider.%I WHERE %I >= %L AND %I < %L)',
                           parent || '_rest', key, postrider.day_start(day), key, postrider.day_start(day + 1))
                INTO is_early;
            IF is_early THEN
                EXECUTE format('LOCK TABLE postrider.%I IN ACCESS EXCLUSIVE MODE', parent || '_rest');
                EXECUTE format('WITH early AS (DELETE FROM postrider.%I WHERE %I >= %L AND %I < %L RETURNING *)
                                INSERT INTO postrider.%I SELECT * FROM early',
                               parent || '_rest', key, postrider.day_start(day), key, postrider.day_start(day + 1), part);
            END IF;
            EXECUTE format('ALTER TABLE postrider.%I ADD CONSTRAINT day CHECK (%I >= %L AND %I < %L)',
                           part, key, postrider.day_start(day), key, postrider.day_start(day + 1));
            EXECUTE format('ALTER TABLE postrider.%I ATTACH PARTITION postrider.%I FOR VALUES FROM (%L) TO (%L)',
                           parent, part, postrider.day_start(day), postrider.day_start(day + 1));
            EXECUTE format('ALTER TABLE postrider.%I DROP CONSTRAINT day', part);
        END LOOP;
    END LOOP;
END $$;

CREATE FUNCTION postrider.days() RETURNS SETOF date LANGUAGE sql STABLE AS $$
    SELECT to_date(right(c.relname, 8), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'postrider.events'::regclass AND c.relname ~ '^events_[0-9]{8}$' ORDER BY 1
$$;

-- Drops a day. What still waits keeps its event, with the other deliveries and the attempts of it.
CREATE FUNCTION postrider.drop_day(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = postrider, pg_temp AS $$
DECLARE
    suffix text := to_char(day, 'YYYYMMDD');
    low uuid := postrider.day_start(day);
    high uuid := postrider.day_start(day + 1);
BEGIN
    EXECUTE format('ALTER TABLE postrider.attempts DETACH PARTITION postrider.%I', 'attempts_' || suffix);
    EXECUTE format('ALTER TABLE postrider.deliveries DETACH PARTITION postrider.%I', 'deliveries_' || suffix);
    EXECUTE format('ALTER TABLE postrider.events DETACH PARTITION postrider.%I', 'events_' || suffix);
    -- Only now, when nobody can bring back a delivery of that day any more.
    CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
        SELECT DISTINCT tenant_id, (left(id::text, 32) || '0000')::uuid AS id
        FROM postrider.waiting WHERE id >= low AND id < high;
    EXECUTE format('INSERT INTO postrider.events SELECT e.* FROM postrider.%I e JOIN kept USING (tenant_id, id)',
                   'events_' || suffix);
    EXECUTE format('INSERT INTO postrider.deliveries SELECT d.* FROM postrider.%I d JOIN kept k
                    ON k.tenant_id = d.tenant_id AND k.id = (left(d.id::text, 32) || ''0000'')::uuid',
                   'deliveries_' || suffix);
    EXECUTE format('INSERT INTO postrider.attempts SELECT a.* FROM postrider.%I a JOIN kept k
                    ON k.tenant_id = a.tenant_id AND k.id = (left(a.delivery_id::text, 32) || ''0000'')::uuid',
                   'attempts_' || suffix);
    EXECUTE format('DROP TABLE postrider.%I, postrider.%I, postrider.%I',
                   'attempts_' || suffix, 'deliveries_' || suffix, 'events_' || suffix);
    DROP TABLE kept;
END $$;

-- Who may see what. The API works as postrider_api and sees one tenant, the one it names; a query that forgets its
-- tenant sees nothing. What serves all tenants (journal, lanes, take-over, retention) works as postrider_worker.
-- Programs that publish have postrider_publisher, which can put events into the outbox and see nothing at all.
DO $$
DECLARE
    one text;
    owner text;
BEGIN
    FOREACH one IN ARRAY ARRAY['tenants', 'api_keys', 'subscriptions', 'subscription_stats', 'events', 'event_keys',
            'deliveries', 'attempts', 'waiting', 'outbox', 'events_rest', 'deliveries_rest', 'attempts_rest'] LOOP
        owner := CASE one WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END;
        EXECUTE format('ALTER TABLE postrider.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', one);
        EXECUTE format('CREATE POLICY worker ON postrider.%I TO postrider_worker USING (true) WITH CHECK (true)', one);
        CONTINUE WHEN one LIKE '%\_rest' OR one = 'outbox';
        EXECUTE format('CREATE POLICY api ON postrider.%I TO postrider_api
                        USING (%I = current_setting(''postrider.tenant'', true))
                        WITH CHECK (%I = current_setting(''postrider.tenant'', true))', one, owner, owner);
    END LOOP;
END $$;
CREATE POLICY publisher ON postrider.outbox FOR INSERT TO postrider_publisher WITH CHECK (true);

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA postrider FROM PUBLIC;
GRANT USAGE ON SCHEMA postrider TO postrider_api, postrider_worker, postrider_publisher;
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.tenants, postrider.api_keys, postrider.subscriptions,
    postrider.subscription_stats, postrider.events, postrider.event_keys, postrider.deliveries, postrider.attempts,
    postrider.waiting TO postrider_api, postrider_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.meta, postrider.custom_types, postrider.nodes, postrider.changes,
    postrider.outbox TO postrider_worker;
GRANT SELECT, UPDATE ON postrider.config TO postrider_worker;
GRANT SELECT ON postrider.migrations TO postrider_worker;
GRANT EXECUTE ON FUNCTION postrider.make_days, postrider.drop_day, postrider.days, postrider.day_start,
    postrider.publish TO postrider_worker;
GRANT INSERT (tenant_id, event_type, data, metadata, id, timestamp, priority, idempotency_key) ON postrider.outbox
    TO postrider_publisher;
GRANT EXECUTE ON FUNCTION postrider.publish TO postrider_publisher;
