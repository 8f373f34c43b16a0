<?php

namespace Acme\Billing;

use Acme\Hooks\WebhookEvent;
use Doctrine\DBAL\Connection;

class DeliveryRepairs
{
    public function __construct(private Connection $db)
    {
    }

    public function refund(string $body): void
    {
        $this->db->executeStatement("INSERT INTO webhook_deliveries (event_type, body) VALUES ('invoice.refunded', ?)", [$body]);
    }

    public function resend(string $body): void
    {
        $this->db->executeStatement(
            'insert into hooks.webhook_deliveries (event_type, body) values (?, ?)',
            [WebhookEvent::InvoicePaid->value, $body],
        );
    }

    public function export(int $id): void
    {
        $this->db->executeStatement('UPDATE webhook_outbox SET event_type = :type WHERE id = :id', ['id' => $id, 'type' => 'invoice.exported']);
    }

    public function resetUsage(string $body): void
    {
        $this->db->executeStatement(
            <<<SQL
                INSERT INTO webhook_event_queue (event_type, body)
                VALUES ('usage.reset', :body)
                SQL,
            ['body' => $body],
        );
    }

    public function inspect(): array
    {
        // $this->db->executeStatement("INSERT INTO webhook_deliveries (event_type) VALUES ('usage.purged')");
        # INSERT INTO webhook_deliveries (event_type) VALUES ('usage.purged')
        $this->db->executeStatement("INSERT INTO webhook_endpoints (url, note) VALUES (?, 'usage.purged')", ['https://a.example']);
        $this->db->executeStatement("INSERT INTO mail_deliveries (kind) VALUES ('usage.purged')");

        return $this->db->fetchAllAssociative("SELECT * FROM webhook_deliveries WHERE event_type = 'usage.purged'");
    }
}
