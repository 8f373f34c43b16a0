-- Channels of an event, separated by spaces. Null: none.
ALTER TABLE events ADD COLUMN channels TEXT;
-- Credentials with which requests of a subscription are authenticated: sealed JSON. Null: none.
ALTER TABLE subscriptions ADD COLUMN credentials BLOB;
-- The body of an attempt's request, where the subscription forms it. Null: the body of the event in its profile.
ALTER TABLE attempts ADD COLUMN request_body BLOB;
-- Published events (only in rows of totals), and deliveries that were not made because a filter or the channels of the
-- subscription left the event out.
ALTER TABLE statistics ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statistics ADD COLUMN filtered INTEGER NOT NULL DEFAULT 0;
