CREATE TYPE webhook_state AS ENUM ('enabled', 'failed', 'disabled');
INSERT INTO events (id, name, created_at) VALUES (1, 'Opening night', now());
SELECT * FROM events WHERE event_type IN ('order.created', 'order.paid');
