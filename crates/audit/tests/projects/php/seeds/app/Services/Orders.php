<?php

namespace App\Services;

class Orders
{
    public function __construct(private WebhookBus $bus)
    {
    }

    public function create(array $order): void
    {
        $this->bus->publish('order.created', $order);
    }
}
