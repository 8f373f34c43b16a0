<?php

namespace App\Services;

use App\Enums\WebhookEvent;

class Orders
{
    public function __construct(private WebhookBus $bus)
    {
    }

    public function create(array $order): void
    {
        $this->bus->publish(WebhookEvent::OrderCreated->name, $order);
    }
}
