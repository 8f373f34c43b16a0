<?php

namespace App\Services;

class WebhookBus
{
    public function publish(string $event, array $payload): void
    {
        Outbox::create(['event' => $event, 'payload' => $payload]);
    }
}
