-- Traces (W3C Trace Context): `traceparent` of the span in which an event was published, and after a space its
-- `tracestate`. Null for an event that is not traced.
ALTER TABLE postrider.events ADD COLUMN trace text;

-- The outbox takes the context of the program: from these columns, or like the tenant from
-- set_config('postrider.traceparent', …, true) and set_config('postrider.tracestate', …, true).
ALTER TABLE postrider.outbox
    ADD COLUMN traceparent text DEFAULT nullif(current_setting('postrider.traceparent', true), ''),
    ADD COLUMN tracestate text DEFAULT nullif(current_setting('postrider.tracestate', true), '');
GRANT INSERT (traceparent, tracestate) ON postrider.outbox TO postrider_publisher;
