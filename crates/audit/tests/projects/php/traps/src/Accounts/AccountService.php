<?php

declare(strict_types=1);

namespace Acme\Accounts;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;
use PDO;
use Psr\Log\LoggerInterface;

class AccountService
{
    public function __construct(private EventBus $bus, private PDO $db, private LoggerInterface $logger)
    {
    }

    public function close(string $id): void
    {
        $this->emitDone($id);
    }

    private function emitDone(string $id): void
    {
        $this->bus->publish(WebhookEvents::ACCOUNT_CLOSED, ['id' => $id]);
    }

    public function rename(string $id): void
    {
        $type = WebhookEvents::PAYOUT_CREATED;
        $this->logger->info($type, ['id' => $id]);
    }

    public function change(string $id): void
    {
        $type = WebhookEvents::ACCOUNT_CHANGED;
        $this->logger->info('subscription.resumed', ['id' => $id]);
        $this->bus->publish($type, ['id' => $id, 'previous' => WebhookEvents::PAYOUT_AMENDED]);
    }

    public function replay(int $id): void
    {
        $row = $this->db->query('SELECT event_type, status FROM audit_log')->fetch();
        $this->bus->publish($row['event_type'], ['id' => $id]);
        $this->bus->publish("account.{$row['status']}", ['id' => $id]);
    }
}
