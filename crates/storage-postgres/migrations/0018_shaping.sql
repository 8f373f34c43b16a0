-- Channels of an event, separated by spaces. Null: none.
ALTER TABLE postrider.events ADD COLUMN channels text;
-- Credentials with which requests of a subscription are authenticated: sealed JSON. Null: none.
ALTER TABLE postrider.subscriptions ADD COLUMN credentials bytea;
-- The body of an attempt's request, where the subscription forms it. Null: the body of the event in its profile.
ALTER TABLE postrider.attempts ADD COLUMN request_body bytea;
-- Published events (only in rows of totals), and deliveries that were not made because a filter or the channels of the
-- subscription left the event out.
ALTER TABLE postrider.statistics
    ADD COLUMN events bigint NOT NULL DEFAULT 0, ADD COLUMN filtered bigint NOT NULL DEFAULT 0;

-- The outbox takes the channels of an event.
-- (A comma within a name would make another number of names.)
ALTER TABLE postrider.outbox ADD COLUMN channels text[] CHECK (
    channels IS NULL OR cardinality(channels) = 0 OR cardinality(channels) <= 10
    AND array_position(channels, NULL) IS NULL
    AND array_to_string(channels, ',') ~ '^[A-Za-z0-9_.:-]{1,100}(,[A-Za-z0-9_.:-]{1,100})*$'
    AND cardinality(string_to_array(array_to_string(channels, ','), ',')) = cardinality(channels)
);
GRANT INSERT (channels) ON postrider.outbox TO postrider_publisher;
