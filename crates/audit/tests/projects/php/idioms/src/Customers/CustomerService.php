<?php

declare(strict_types=1);

namespace Acme\Customers;

use Acme\Common\EventBus;
use Acme\Common\PublishesEvents;
use Acme\Common\WebhookEvent;

class CustomerService
{
    use PublishesEvents;

    private const PREFIX = 'customer';

    public function __construct(private EventBus $bus, private CustomerJournal $journal)
    {
        $this->events = $bus;
    }

    public function signUp(string $id): void
    {
        $this->bus->publish(['type' => 'customer.created', 'data' => ['id' => $id]]);
    }

    public function merge(string $id, string $other): void
    {
        $this->bus->publish(self::PREFIX . '.merged', ['id' => $id, 'other' => $other]);
    }

    public function changeTier(string $id): void
    {
        $prefix = 'customer';
        $this->bus->publish("{$prefix}.tier_changed", ['id' => $id]);
    }

    public function verifyEmail(string $id): void
    {
        $this->journal->write($id, WebhookEvent::CustomerEmailVerified);
    }

    public function remove(string $id): void
    {
        $this->emitFor($id, WebhookEvent::CustomerDeleted);
    }

    public function rename(string $id): void
    {
        $this->touch($id);
    }

    public function import(string $id): void
    {
        $this->touch($id, event: 'customer.imported');
    }

    private function touch(string $id, string $event = 'customer.updated'): void
    {
        $this->bus->publish($event, ['id' => $id]);
    }
}
