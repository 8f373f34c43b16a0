INSERT INTO event_types (id, label, name) VALUES
  (1, 'An order''s start', 'order.created'),
  (2, 'Paid (at last)', 'order.paid');
INSERT INTO event_types (id, label, name) VALUES (3, lower('LOST, found'), 'order.lost');
