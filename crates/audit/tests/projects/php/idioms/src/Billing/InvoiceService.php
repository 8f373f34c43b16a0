<?php

declare(strict_types=1);

namespace Acme\Billing;

use Acme\Common\DomainEvent;
use Acme\Common\EventBus;
use Acme\Common\WebhookEvent;

class InvoiceService
{
    public function __construct(
        private readonly EventBus $bus,
        private readonly InvoiceNotifier $notifier,
    ) {
    }

    public function create(string $id): void
    {
        $this->bus->publish(WebhookEvent::InvoiceCreated->value, ['id' => $id]);
    }

    public function update(string $id): void
    {
        $type = WebhookEvent::InvoiceUpdated;
        $this->bus->publish($type->value, ['id' => $id]);
    }

    public function settle(string $id, bool $ok): void
    {
        if ($ok) {
            $outcome = WebhookEvent::InvoicePaid->value;
        } else {
            $outcome = 'payment.failed';
        }
        $this->bus->publish($outcome, ['id' => $id]);
    }

    public function close(string $id, bool $hopeless): void
    {
        $this->bus->publish(
            payload: ['id' => $id, 'previous' => 'draft'],
            eventType: $hopeless ? WebhookEvent::InvoiceWrittenOff->value : WebhookEvent::InvoiceVoided->value,
        );
    }

    public function finalize(string $id): void
    {
        $this->bus->dispatch(new DomainEvent('invoice.finalized', ['id' => $id]));
    }

    public function chase(array $ids): void
    {
        foreach ($ids as $id) {
            $this->notifier->notifyOverdue($id);
        }
        array_map($this->notifier->notifyReminder(...), $ids);
    }
}
