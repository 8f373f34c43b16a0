<?php

namespace Acme\Usage;

use Acme\Hooks\WebhookBus;
use Acme\Hooks\WebhookEvent;

class UsageMeter
{
    public function __construct(private WebhookBus $bus)
    {
    }

    public function report(string $workspaceId, int $amount): void
    {
        $this->bus->publish(WebhookEvent::UsageReported->value, ['amount' => $amount], $workspaceId);
    }
}
