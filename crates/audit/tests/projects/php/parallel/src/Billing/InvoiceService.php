<?php

namespace Acme\Billing;

use Acme\Hooks\WebhookBus;
use Acme\Hooks\WebhookEvent;

class InvoiceService
{
    public function __construct(private WebhookBus $bus)
    {
    }

    public function create(string $owner, string $id): void
    {
        $this->bus->publish(WebhookEvent::InvoiceCreated->value, ['id' => $id], tenantId: $owner);
    }

    public function pay(string $owner, string $id): void
    {
        $this->bus->publish(WebhookEvent::InvoicePaid->value, ['id' => $id, 'tenant_id' => $owner]);
    }

    public function cancel(string $id): void
    {
        $this->bus->publish(WebhookEvent::InvoiceVoided->value, ['id' => $id]);
    }

    public function closeAll(string $id): void
    {
        $this->bus->publish(WebhookEvent::AccountClosed->value, ['id' => $id]);
    }
}
