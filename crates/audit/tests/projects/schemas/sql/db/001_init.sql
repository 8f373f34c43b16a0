CREATE TYPE order_status AS ENUM ('created', 'paid');
CREATE TYPE webhook_event AS ENUM (
  'order.created', -- new
  'order.paid'
);
CREATE TABLE webhooks (id int, event webhook_event, state text CHECK (state IN ('enabled', 'disabled')));
