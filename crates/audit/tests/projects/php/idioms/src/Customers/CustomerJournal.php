<?php

declare(strict_types=1);

namespace Acme\Customers;

use Acme\Common\EventBus;
use Acme\Common\WebhookEvent;

class CustomerJournal
{
    public function __construct(private EventBus $bus)
    {
    }

    public function write(string $customerId, WebhookEvent $what): void
    {
        $this->publishEntry($what->value, $customerId);
    }

    private function publishEntry(string $type, string $id): void
    {
        $this->bus->publish($type, ['id' => $id]);
    }
}
