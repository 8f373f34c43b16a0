<?php

namespace Acme\Hooks;

class WebhookBus
{
    private array $outbox = [];

    public function publish(string $eventType, array $payload = [], ?string $tenantId = null): void
    {
        $this->outbox[] = [$eventType, $payload, $tenantId];
    }
}
