<?php

declare(strict_types=1);

namespace Acme\Common;

trait PublishesEvents
{
    private EventBus $events;

    protected function emitFor(string $id, WebhookEvent $type): void
    {
        $this->events->publish($type->value, ['id' => $id]);
    }
}
