<?php

namespace App\Services;

use App\Enums\WebhookEvent;

class WebhookBus
{
    public function publish(WebhookEvent $event, array $payload): void
    {
        Outbox::create(['event' => $event->value, 'payload' => $payload]);
    }
}
