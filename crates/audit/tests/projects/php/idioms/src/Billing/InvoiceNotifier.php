<?php

declare(strict_types=1);

namespace Acme\Billing;

use Acme\Common\{DomainEvent, EventBus, WebhookEvent as Hook};

class InvoiceNotifier
{
    public function __construct(private EventBus $bus)
    {
    }

    public function notifyOverdue(string $id): void
    {
        $this->bus
            ->inRegion('eu')
            ->publish(Hook::InvoiceOverdue->value, ['id' => $id]);
    }

    public function notifyReminder(string $id): void
    {
        $this->bus->dispatch(new DomainEvent(
            type: Hook::InvoiceReminderSent->value,
            payload: ['id' => $id],
        ));
    }
}
