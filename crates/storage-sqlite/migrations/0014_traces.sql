-- Traces (W3C Trace Context): `traceparent` of the span in which an event was published, and after a space its
-- `tracestate`. Null for an event that is not traced.
ALTER TABLE events ADD COLUMN trace TEXT;
