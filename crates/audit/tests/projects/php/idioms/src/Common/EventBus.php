<?php

declare(strict_types=1);

namespace Acme\Common;

class EventBus
{
    private array $outbox = [];

    public function publish(string|array|WebhookEvent $eventType, array $payload = []): void
    {
        $this->outbox[] = [$eventType, $payload];
    }

    public function dispatch(DomainEvent $event): void
    {
        $this->outbox[] = [$event->type, $event->payload];
    }

    public function inRegion(string $region): self
    {
        return $this;
    }
}
