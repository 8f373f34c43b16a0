ALTER TYPE webhook_event ADD VALUE IF NOT EXISTS 'order.lost';
