<?php

declare(strict_types=1);

namespace Acme\Accounts;

use Acme\Events\EventBus;
use Acme\Events\WebhookEvents;

class AccountLocks
{
    public function __construct(private EventBus $bus)
    {
    }

    private function emitDone(string $id): void
    {
        $this->bus->publish(WebhookEvents::ACCOUNT_LOCKED, ['id' => $id]);
    }

    public function broadcastRename(string $id): void
    {
        $this->bus->publish(WebhookEvents::ACCOUNT_RENAMED, ['id' => $id]);
    }
}
