<?php

namespace Acme\Partners;

use Acme\Hooks\WebhookBus;

class PartnerService
{
    public function __construct(private WebhookBus $bus)
    {
    }

    public function join(string $orgId): void
    {
        $this->bus->publish(PartnerEvents::JOINED, [], $orgId);
    }

    public function leave(string $id): void
    {
        $this->bus->publish(PartnerEvents::LEFT, ['id' => $id]);
    }
}
